import { printable } from "./text.ts";

/** Characters. */
export const TEXT_LIMIT = 256;

/**
 * The first `count` violations that a problem document lists, with the members of the contract. The server may send any
 * JSON object.
 */
export function violationsIn(problem: unknown, count: number) {
  const { errors } = Object(problem);
  if (!Array.isArray(errors)) return undefined;
  return errors.slice(0, count).map((violation) => {
    const { in: place, name, pointer, detail } = Object(violation);
    return { in: textOf(place), name: textOf(name), pointer: textOf(pointer), detail: textOf(detail) };
  });
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? printable(value, TEXT_LIMIT) : undefined;
}
