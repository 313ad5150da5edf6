/** `list-users`, `ListUsers` and `list users` → `listUsers`. */
export function camelCase(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words
    .map(([first = "", ...rest], index) => (index === 0 ? first.toLowerCase() : first.toUpperCase()) + rest.join(""))
    .join("");
}

/** The reserved words of ECMAScript 2025 section 12.7.2. */
const RESERVED =
  "await break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield".split(
    " ",
  );

/** The name of an argument for a path parameter. */
export function labelOf(parameter: string): string {
  const label = camelCase(parameter);
  return /^[A-Za-z]/.test(label) && !RESERVED.includes(label) ? label : `_${label}`;
}
