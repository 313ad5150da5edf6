export interface Mutation {
  /** The fault that the edits introduce. */
  name: string;
  /** `from` must be found in the file exactly once. */
  edits: (readonly [file: string, from: string, to: string])[];
  /** A test file, and the beginning of the title of tests of which at least one must fail, each by its assertion. */
  test: readonly [file: string, title: string];
  /** A program without which the test is skipped. */
  needs?: string;
}
