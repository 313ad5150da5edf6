import { isDeepStrictEqual } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Schema } from "../../../server/contract/document.ts";
import type { Flow } from "../change.ts";

/** `number` stands for numbers that are no integers. */
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;

/** Values of one type, or a single one, that match each of the schemas. Their combinators are already expanded. */
export interface Case {
  type: (typeof TYPES)[number];
  schemas: readonly Schema[];
  constant?: { value: unknown };
}

export interface Proof {
  flow: Flow;
  /** Whether all values that match the first schemas match the second schema. */
  includes(given: readonly Schema[], accepted: unknown): boolean;
}

/** Whether a keyword, with its value and its schema, accepts all values of a case. */
export type Check = (found: Case, value: never, proof: Proof, schema: Schema) => boolean;

/** Schemas with more alternatives are not expanded, so that less can be proven about them. */
const MOST_ALTERNATIVES = 500;
const NEVER: Schema = { not: {} };

export const AJV = addFormats.default(new Ajv2020({ strict: false, logger: false }));

/** Whether a value matches a schema. Ajv would keep each schema for ever. */
export function isValid(schema: Schema, value: unknown): boolean {
  const matches = AJV.validate(schema, value);
  AJV.removeSchema(schema);
  return matches;
}

export function schemaOf(value: unknown): Schema {
  return value === false ? NEVER : Object(value === true ? {} : value);
}

/** The cases, which can overlap, of the values that match all schemas; none if no value does. */
export function casesOf(schemas: readonly Schema[], depth = 0): Case[] {
  return product(schemas.map((schema) => alternativesOf(schema, []))).flatMap((alternative) => {
    if (alternative.some(({ not }) => not && Object.keys(not).length === 0)) return [];
    return TYPES.filter((type) => alternative.every((schema) => allowsType(schema, type)))
      .flatMap((type) => constantsOf({ type, schemas: alternative }))
      .filter((found) => depth > 2 || !lacksProperty(found, depth));
  });
}

/** The schemas that apply together, for each combination of alternatives. */
function alternativesOf(schema: Schema, above: readonly Schema[]): Schema[][] {
  if (above.includes(schema)) return [[]];
  const inner = (value: unknown) => alternativesOf(schemaOf(value), [...above, schema]);
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const parts = [[[schema]], ...list(schema.allOf).map(inner)];
  for (const keyword of ["anyOf", "oneOf"]) {
    if (schema[keyword]) parts.push(list(schema[keyword]).flatMap(inner));
  }
  if (schema.if !== undefined) parts.push(conditionOf(schema, inner));
  return parts.reduce((count, { length }) => count * length, 1) > MOST_ALTERNATIVES ? [[schema]] : product(parts);
}

function conditionOf(schema: Schema, inner: (value: unknown) => Schema[][]): Schema[][] {
  const matching = product([inner(schema.if), inner(schema.then ?? {})]);
  return [...matching, ...product([[[{ not: schemaOf(schema.if) }]], inner(schema.else ?? {})])];
}

function product(parts: readonly Schema[][][]): Schema[][] {
  return parts.reduce<Schema[][]>((all, part) => all.flatMap((left) => part.map((right) => [...left, ...right])), [[]]);
}

export function allowsType({ type }: Schema, name: Case["type"]): boolean {
  if (type === undefined) return true;
  const names = [type].flat();
  return names.includes(name) || (name === "integer" && names.includes("number"));
}

const FEW_VALUES: Partial<Record<Case["type"], unknown[]>> = { null: [null], boolean: [true, false] };

/** One case per value if the schemas or the type have few values. */
function constantsOf(found: Case): Case[] {
  const lists = found.schemas.flatMap((schema) => {
    const { enum: values } = schema;
    return [...(Array.isArray(values) ? [values] : []), ...("const" in schema ? [[schema.const]] : [])];
  });
  const [first = FEW_VALUES[found.type], ...others] = lists;
  if (!first) return [found];
  const isListed = (value: unknown) => others.every((list) => list.some((item) => isDeepStrictEqual(item, value)));
  const values = first.filter((value) => isListed(value) && isOfType(value, found.type));
  return values.map((value) => ({ ...found, constant: { value } }));
}

function isOfType(value: unknown, type: Case["type"]): boolean {
  return isValid({ type }, value) && (type !== "number" || !Number.isInteger(value));
}

/** Whether an object must have a property for which there is no value. */
function lacksProperty({ type, schemas }: Case, depth: number): boolean {
  if (type !== "object") return false;
  const names = new Set(schemas.flatMap(({ required }) => (Array.isArray(required) ? required : [])));
  return Array.from(names).some((name) => casesOf(propertyOf(schemas, name), depth + 1).length === 0);
}

/** The schemas that apply to a property of an object, declared or not. */
export function propertyOf(schemas: readonly Schema[], name: string): Schema[] {
  return schemas.flatMap((schema) => {
    const own = Object(schema.properties)[name];
    const matching = Object.entries(Object(schema.patternProperties)).filter(([pattern]) => isMatch(pattern, name));
    const found = [...(own === undefined ? [] : [own]), ...matching.map(([, value]) => value)];
    if (found.length > 0) return found.map(schemaOf);
    if (schema.additionalProperties !== undefined) return [schemaOf(schema.additionalProperties)];
    const isEvaluated = alternativesOf(schema, [])
      .flat()
      .some(({ properties }) => Object.hasOwn(Object(properties), name));
    return schema.unevaluatedProperties === undefined || isEvaluated ? [] : [schemaOf(schema.unevaluatedProperties)];
  });
}

export function isMatch(pattern: string, name: string): boolean {
  return isValid({ pattern }, name);
}

/** The schemas that apply together, if there is only one combination. */
export function onlyAlternative(schema: Schema): Schema[] | undefined {
  const [only, ...others] = alternativesOf(schema, []);
  return others.length === 0 ? only : undefined;
}

/** A check that does not apply to values of other types. */
export function forType<Value>(
  type: Case["type"],
  check: (found: Case, value: Value, proof: Proof, schema: Schema) => boolean,
): Check {
  return (found, value, proof, schema) => found.type !== type || check(found, value, proof, schema);
}

export function isSameAs(schema: Schema): (given: Schema) => boolean {
  return (given) => isDeepStrictEqual(given, schema);
}
