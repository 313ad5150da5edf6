/** Members whose values are data. */
const DATA = ["const", "default", "enum", "example", "examples"];
/** Members whose values are objects with any names as keys. */
const NAMED = [
  ...["$defs", "dependentSchemas", "patternProperties", "properties"],
  ...["content", "headers", "parameters", "pathItems", "requestBodies", "responses", "schemas"],
];

export function isData(key: string): boolean {
  return DATA.includes(key) || key.startsWith("x-");
}

/** Whether the keys of this member's value are names, and no keywords. */
export function hasNames(key: string, value: unknown): boolean {
  return NAMED.includes(key) && !Array.isArray(value);
}

/**
 * A copy of a schema, or of another part of a document, with the mapped value of each keyword; a keyword that is mapped to
 * undefined is left out. Data and names that look like keywords are not mapped.
 */
export function mapKeywords(value: unknown, map: (key: string, value: unknown) => unknown, isNamed = false): unknown {
  if (Array.isArray(value)) return value.map((item) => mapKeywords(item, map));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (!isNamed && isData(key)) return [[key, inner]];
    const mapped = isNamed ? inner : map(key, inner);
    return mapped === undefined ? [] : [[key, mapKeywords(mapped, map, !isNamed && hasNames(key, inner))]];
  });
  return Object.fromEntries(entries);
}
