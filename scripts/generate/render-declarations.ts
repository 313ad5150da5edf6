/** The declarations of validators.js, for the schemas with these names. */
export function renderDeclarations(names: string[]): string {
  return `import type { components } from "./types.ts";

/** One way in which a value breaks its schema. */
export interface Violation {
  /** RFC 6901 pointer into the value. */
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

/** Answers whether a value fits its schema; \`errors\` lists all violations of the last value that did not. */
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: Violation[] | null;
}

${names.map((name) => `export declare const ${name}: Validator<components["schemas"]["${name}"]>;`).join("\n")}
`;
}
