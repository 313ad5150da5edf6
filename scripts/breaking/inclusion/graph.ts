import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../../server/contract/document.ts";
import { MAPS } from "../canonical.ts";

/** Keywords without effect on validation. */
const ANNOTATION =
  /^(\$comment|\$defs|contentEncoding|contentMediaType|default|deprecated|description|discriminator|examples?|externalDocs|summary|title|xml|x-.*)$/;
/** Keywords whose order has no meaning. */
const SETS = ["enum", "required", "type"];

export function isAnnotation(keyword: string): boolean {
  return ANNOTATION.test(keyword);
}

/**
 * A copy of a document without annotations whose references are replaced by their targets, so it can contain cycles. A
 * reference with siblings becomes a member of `allOf`.
 */
export function graphOf(document: ContractDocument): Schema {
  const copies = new Map<object, object>();
  const emptyCopy = (value: object) => {
    const copy = Array.isArray(value) ? [] : {};
    copies.set(value, copy);
    return copy;
  };
  const copyOf: Copier = (value, isMap = false) => {
    if (typeof value !== "object" || value === null) return value;
    const [members, target] = isMap ? [{ ...value }] : withoutReference(document, value as Schema);
    if (target !== undefined) return copyOf(target);
    return copies.get(value) ?? Object.assign(emptyCopy(value), copiesOf(members, isMap, copyOf));
  };
  return copyOf(document) as Schema;
}

/** The members of a schema with the target of its reference in `allOf`; only the target of a reference without siblings. */
function withoutReference(document: ContractDocument, schema: Schema): [members: Schema, target?: unknown] {
  const { $ref, ...members } = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !isAnnotation(keyword)));
  if (typeof $ref !== "string") return [members];
  const target = valueAt(document, referencePointer($ref));
  return Object.keys(members).length === 0
    ? [{}, target]
    : [{ ...members, allOf: [members.allOf ?? [], target].flat() }];
}

type Copier = (value: unknown, isMap?: boolean) => unknown;

function copiesOf(members: Schema, isMap: boolean, copyOf: Copier): Schema {
  const copies = Object.entries(members).map(([key, value]) => {
    if (isMap) return [key, copyOf(value)];
    if (SETS.includes(key) && Array.isArray(value)) return [key, value.toSorted()];
    if (key === "const" || key === "enum") return [key, value];
    return [key, copyOf(value, MAPS.includes(key) && !Array.isArray(value))];
  });
  return Object.fromEntries(copies);
}
