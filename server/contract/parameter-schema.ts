import { type ContractDocument, referencePointer, type Schema, valueAt } from "./document.ts";

/**
 * The schema of a parameter as the validator can read its texts. References are replaced, except within other keywords than
 * these: the validator reads the text of a reference in `allOf` as JSON, `1.0` as 1. No text stands for null, so
 * `anyOf: [array, null]` is the array. The `type` of an array and the `default` are those of the whole schema. Marks
 * of properties, such as `readOnly`, are left out: they would reject every value.
 */
export function textSchema(document: ContractDocument, declared: unknown, isItem = false): Schema {
  const { $ref, allOf, anyOf, oneOf, items, readOnly: _, writeOnly: __, ...own }: Schema = Object(declared);
  const read = (part: unknown) => textSchema(document, part, isItem);
  const listed = (list: unknown) => (Array.isArray(list) ? list.map(read) : []);
  const notNull = (list: unknown) => listed(list).filter((part) => !isNull(part));
  const target = typeof $ref === "string" ? [read(valueAt(document, referencePointer($ref)))] : [];
  const parts = [...target, ...listed(allOf), ...chosen("anyOf", notNull(anyOf)), ...chosen("oneOf", notNull(oneOf))];
  const [only] = parts;
  if (only && parts.length === 1 && items === undefined && Object.keys(own).length === 0) return only;
  const { type = typeOfParts(parts), default: fallback, ...others } = own;
  const value = [fallback, ...parts.map((part) => part.default)].find((one) => one !== undefined && one !== null);
  return {
    ...others,
    ...(type !== undefined && { type: withoutNull(type) }),
    ...(items !== undefined && { items: isItem ? items : textSchema(document, items, true) }),
    ...(value !== undefined && { default: value }),
    ...(parts.length > 0 && { allOf: parts }),
  };
}

/** The validator splits the texts of an array by the type of the schema itself. */
function typeOfParts(parts: readonly Schema[]): "array" | undefined {
  return parts.some(({ type }) => type === "array") ? "array" : undefined;
}

function withoutNull(type: unknown): unknown {
  if (!Array.isArray(type)) return type;
  const others = type.filter((one) => one !== "null");
  return others.length === 1 ? others[0] : others;
}

function isNull(part: Schema): boolean {
  return part.type === "null" || ("const" in part && part.const === null);
}

/**
 * One alternative is part of the schema. Of several, those that accept texts come first: the others convert the text, and must
 * leave it if it is accepted as it is. Alternatives of different types need not exclude each other.
 */
function chosen(keyword: "anyOf" | "oneOf", alternatives: readonly Schema[]): Schema[] {
  if (alternatives.length < 2) return [...alternatives];
  const texts = alternatives.filter(isText);
  const others = alternatives.filter((one) => !isText(one));
  const isExclusive = keyword === "oneOf" && !areDisjoint(alternatives.map(textTypes));
  const converted = texts.length === 0 ? others : others.map((one) => ({ if: { anyOf: texts }, else: one }));
  return [{ [isExclusive ? "oneOf" : "anyOf"]: [...texts, ...converted] }];
}

function isText(schema: Schema): boolean {
  return textTypes(schema).includes("string");
}

/** The types of the values of a text schema, with integers as numbers. Without a type its values are texts. */
export function textTypes({ type, enum: values, allOf, anyOf, oneOf, ...schema }: Schema): string[] {
  if (type !== undefined) return [type].flat().map((one) => (one === "integer" ? "number" : String(one)));
  const constants = [values ?? [], "const" in schema ? [schema.const] : []].flat();
  if (constants.length > 0) return [...new Set(constants.map((value) => typeof value))];
  const parts = [allOf, anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list.map(textTypes) : []));
  return parts.length > 0 ? [...new Set(parts.flat())] : ["string"];
}

/** Whether no type is one of two lists. */
export function areDisjoint(types: readonly (readonly string[])[]): boolean {
  return new Set(types.flat()).size === types.flat().length;
}
