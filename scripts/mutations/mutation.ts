export interface Mutation {
  /** The protection that is taken away. */
  name: string;
  /** Each `from` stands in its file exactly once. */
  edits: readonly { file: string; from: string; to: string }[];
  /** Test files of which at least one must turn red. */
  tests: readonly string[];
  /** A program without which those tests are skipped. */
  needs?: string;
}
