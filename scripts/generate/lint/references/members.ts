import type { Pointer } from "../../diagnostic.ts";

/** Objects whose keys are names, so that a key can be any word. */
const MAPS = [
  ...["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "schemas", "examples"],
  ...["responses", "headers", "securitySchemes", "requestBodies", "links", "callbacks", "pathItems", "webhooks"],
];
/** Members whose values are data. `examples` is a list of values in a schema, and a map of objects elsewhere. */
const DATA = ["const", "default", "enum", "example", "value"];

interface Member {
  pointer: Pointer;
  key: string;
  value: unknown;
  isData: boolean;
}

/** All members of a document, without those of data. */
export function membersOf(value: unknown, pointer: Pointer = []): Member[] {
  const isMap = MAPS.includes(String(pointer.at(-1))) && !MAPS.includes(String(pointer.at(-2)));
  return Object.entries(Object(value)).flatMap(([key, inner]) => {
    const isNamedData = DATA.includes(key) || key.startsWith("x-") || (key === "examples" && Array.isArray(inner));
    // The responses of an operation have extensions.
    const isData = isNamedData && (!isMap || (key.startsWith("x-") && pointer.at(-1) === "responses"));
    const member = { pointer: [...pointer, key], key, value: inner, isData };
    if (typeof inner !== "object" || isData) return [member];
    return [member, ...membersOf(inner, member.pointer)];
  });
}

/** The values in a link that are data. */
const LINK_DATA = ["parameters", "requestBody"];

/** Whether a place belongs to the values of a link. */
export function isInLink(pointer: Pointer): boolean {
  return pointer.includes("links") && LINK_DATA.some((name) => pointer.includes(name));
}
