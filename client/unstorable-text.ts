/** Where a JSON value holds U+0000 or a lone surrogate; where a member's name does, the place of its object. */
export function unstorablePaths(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === "string") return isStorable(value) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    isStorable(key) ? unstorablePaths(inner, [...path, key]) : [path],
  );
}

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
