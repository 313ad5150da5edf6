/** A position in openapi.yaml; line and column count from 1, `length` in characters. */
export interface Place {
  line: number;
  column: number;
  length: number;
}

export interface Diagnostic extends Place {
  /** A stable id of the rule that was broken. */
  rule: string;
  message: string;
}

/** One diagnostic as text: position, rule, message, and the line with its place underlined. */
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
