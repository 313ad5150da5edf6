import type { Pointer } from "../diagnostic.ts";

/** The place of an object in the file that contains it. */
export interface Origin {
  file: string;
  pointer: Pointer;
}

/**
 * Remembers where the objects of several files are, by their identity. After the objects were moved into one document,
 * `originOf` returns the file and the place of what is at a place of that document.
 */
export function trackOrigins() {
  const origins = new WeakMap<object, Origin>();
  const add = (file: string, value: unknown, pointer: Pointer = []): void => {
    if (typeof value !== "object" || value === null || origins.has(value)) return;
    origins.set(value, { file, pointer });
    for (const [key, inner] of Object.entries(value)) add(file, inner, [...pointer, key]);
  };
  const originOf = (document: object, pointer: Pointer): Origin | undefined => {
    let value: unknown = document;
    let found = origins.get(document);
    for (const key of pointer) {
      value = Object(value)[key];
      const moved = typeof value === "object" && value !== null ? origins.get(value) : undefined;
      found = moved ?? (found && { ...found, pointer: [...found.pointer, key] });
    }
    return found;
  };
  return { add, originOf };
}
