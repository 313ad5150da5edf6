/** A position in a YAML file: line and column start at 1, `length` is in characters. */
export interface Place {
  line: number;
  column: number;
  length: number;
  /** Another file than the contract, relative to the contract's folder. */
  file?: string;
}

/** Keys and indexes from the document's root to a value. */
export type Pointer = readonly (string | number)[];

/** A problem in the contract, by its pointer. */
export interface Finding {
  pointer: Pointer;
  /** The part that is underlined. Default: the value. */
  at?: "key" | "value";
  /** Stable id of the violated rule. */
  rule: string;
  message: string;
}

/** A problem in a YAML file, by its position. */
export interface Diagnostic extends Place {
  rule: string;
  message: string;
}

/** Formats a problem: position, rule, message, and the source line with the place underlined. */
export function formatDiagnostic(file: string, source: string, found: Diagnostic): string {
  const lines = source.split("\n");
  const width = String(found.line).length;
  const text = lines[found.line - 1] ?? "";
  const marks = "^".repeat(Math.max(1, Math.min(found.length, text.length - found.column + 1)));
  const numbered = (number: number) => `  ${String(number).padStart(width)} | ${lines[number - 1] ?? ""}`.trimEnd();
  return [
    `${file}:${found.line}:${found.column}  error  ${found.rule}`,
    `  ${found.message}`,
    ...(found.line > 1 ? [numbered(found.line - 1)] : []),
    numbered(found.line),
    `  ${" ".repeat(width)} | ${" ".repeat(found.column - 1)}${marks}`,
  ].join("\n");
}
