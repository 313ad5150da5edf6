import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../../../server/contract/document.ts";
import { isExact } from "../../../../server/contract/numbers.ts";
import { areDisjoint, textSchema, textTypes } from "../../../../server/contract/parameter-schema.ts";

/** The schemas that a value must match together with the one given, through references; the given one first. */
export function partsOf(document: ContractDocument, schema: unknown, seen: readonly unknown[] = []): Schema[] {
  if (seen.includes(schema)) return [];
  const { $ref, allOf, anyOf, oneOf }: Schema = Object(schema);
  const target = typeof $ref === "string" ? [valueAt(document, referencePointer($ref))] : [];
  const parts = [...target, ...[allOf, anyOf, oneOf].flat()].filter((part) => part !== undefined);
  return [Object(schema), ...parts.flatMap((part) => partsOf(document, part, [...seen, schema]))];
}

function typesOf({ type }: Schema): unknown[] {
  return type === undefined ? [] : [type].flat();
}

/** Problems of the schema of a parameter: its values must be texts, or arrays of texts. */
export function schemaProblem(document: ContractDocument, place: string, schema: unknown): string | undefined {
  const parts = partsOf(document, schema);
  if (parts.some(isObject)) {
    return `An object is not supported in ${place}. Write one parameter for each of its properties.`;
  }
  const read = textSchema(document, schema);
  if (parts.some(isOneOfSeveral)) return "An array is one of several types here. Write 'type: array'.";
  if (read.type !== "array")
    return mixedProblem(parts) ?? textProblem(document, parts) ?? alternativesProblem(document, parts);
  if (parts.some(({ prefixItems }) => prefixItems !== undefined)) {
    return "A tuple is not supported in a parameter. Write 'items'.";
  }
  const items = parts.flatMap((part) => partsOf(document, part.items));
  if (items.some((item) => isObject(item) || isList(item))) {
    return `An array of arrays or objects is not supported in ${place}. Write items that are texts, numbers or booleans.`;
  }
  if (items.some(({ type }) => type === "null")) return "No text stands for null. Remove it from the items.";
  return textProblem(document, items) ?? alternativesProblem(document, items);
}

function isObject(schema: Schema): boolean {
  if (schema.type !== undefined) return typesOf(schema).includes("object");
  return schema.properties !== undefined;
}

function isList(schema: Schema): boolean {
  if (schema.type !== undefined) return typesOf(schema).includes("array");
  return schema.items !== undefined || schema.prefixItems !== undefined;
}

/** Null is the absence of the parameter. */
function isOneOfSeveral(schema: Schema): boolean {
  const types = typesOf(schema).filter((type) => type !== "null");
  return types.includes("array") && types.length > 1;
}

function mixedProblem(parts: readonly Schema[]): string | undefined {
  if (!parts.some(isList)) return undefined;
  return "A parameter's array must be declared by the schema itself. Write 'type: array' and 'items' there.";
}

/** Alternatives that the server cannot tell apart, because it converts a text for one after the other. */
function alternativesProblem(document: ContractDocument, parts: readonly Schema[]): string | undefined {
  const typesIn = (list: unknown) =>
    (Array.isArray(list) ? list : []).map((part) =>
      textTypes(textSchema(document, part)).filter((type) => type !== "null"),
    );
  const hasBoth = (types: string[]) => types.includes("number") && types.includes("boolean");
  if (parts.some(({ anyOf, oneOf }) => [anyOf, oneOf].some((list) => hasBoth(typesIn(list).flat())))) return BOOLEANS;
  const overlaps = (types: string[][]) => new Set(types.flat()).size > 1 && !areDisjoint(types);
  return parts.some(({ oneOf }) => overlaps(typesIn(oneOf))) ? OVERLAPPING : undefined;
}

const BOOLEANS = "Numbers and booleans are alternatives here. Write them as one list: 'type: [integer, boolean]'.";
const OVERLAPPING = "Alternatives of several types overlap here. Write 'anyOf', or each type once.";

const TYPE = "Write the 'type' of its values.";

/** Null beside another type is the absence of an optional parameter. */
const NULL = "No text stands for null. Write the type of its texts as well.";

/** Without a type the text is not converted. */
function textProblem(document: ContractDocument, parts: readonly Schema[]): string | undefined {
  const inexact = parts.find(({ multipleOf }) => !isExact(multipleOf));
  if (inexact) {
    return `'multipleOf: ${inexact.multipleOf}' can't be checked exactly in a parameter. Write a whole number, or a fraction such as 0.5.`;
  }
  const types = parts.flatMap(typesOf);
  if (types.length > 0) return types.every((type) => type === "null") ? NULL : undefined;
  const conditions = parts.flatMap(({ not, ...part }) =>
    partsOf(document, { allOf: [not, part.if, part.then, part.else] }),
  );
  const converted = conditions.flatMap(typesOf).find((type) => type !== "string");
  if (converted !== undefined) return `Without a type the parameter is a text, of no type ${converted}. ${TYPE}`;
  const constants = parts.flatMap((part) => [part.enum ?? [], "const" in part ? [part.const] : []].flat());
  const other = constants.find((value) => typeof value !== "string");
  if (other === undefined) return undefined;
  return `Without a type the parameter is a text, not ${JSON.stringify(other)}. ${TYPE}`;
}
