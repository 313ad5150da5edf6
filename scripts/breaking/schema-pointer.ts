import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/parse.ts";

/**
 * Where in the document the property at `path` is described, from a request body or an answer at `start` on; undefined
 * where there is none.
 */
export function schemaPointer(
  document: ContractDocument,
  start: Pointer,
  path: readonly string[],
): Pointer | undefined {
  const body = followed(document, start);
  const [mediaType] = Object.keys(Object(valueAt(document, [...body, "content"])));
  const root = mediaType === undefined ? body : schemaAt(document, [...body, "content", mediaType, "schema"]);
  return path.reduce<Pointer | undefined>((pointer, name) => {
    if (!pointer) return undefined;
    const home = [...withProperties(document, pointer), "properties", name];
    return valueAt(document, home) === undefined ? undefined : home;
  }, root);
}

/** A list's items, or what a reference leads to, until there are properties. */
function withProperties(document: ContractDocument, pointer: Pointer): Pointer {
  const home = schemaAt(document, pointer);
  return Object.hasOwn(Object(valueAt(document, home)), "items") ? withProperties(document, [...home, "items"]) : home;
}

/** Follows references, also the one beside null in a `oneOf`. */
function schemaAt(document: ContractDocument, pointer: Pointer): Pointer {
  const home = followed(document, pointer);
  const { oneOf } = Object(valueAt(document, home)) as Schema;
  const index = Array.isArray(oneOf) ? oneOf.findIndex((choice: Schema) => choice.type !== "null") : -1;
  return index < 0 ? home : schemaAt(document, [...home, "oneOf", String(index)]);
}

function followed(document: ContractDocument, pointer: Pointer): Pointer {
  const { $ref } = Object(valueAt(document, pointer)) as Schema;
  return typeof $ref === "string" ? followed(document, referencePointer($ref)) : pointer;
}
