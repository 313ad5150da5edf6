/** `list-users`, `ListUsers` and `list users` → `listUsers`. */
export function camelCase(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words
    .map(([first = "", ...rest], index) => (index === 0 ? first.toLowerCase() : first.toUpperCase()) + rest.join(""))
    .join("");
}
