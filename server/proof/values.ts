import { type ContractDocument, resolve, type Schema } from "../contract/document.ts";
import { type Matching, makeNumber, makeString } from "../contract/scalars.ts";

interface Making {
  document: ContractDocument;
  matching: Matching;
  /** Which alternative of `oneOf`, `anyOf`, `enum` and `type` is taken. */
  variant: number;
  /** Whether optional properties are left out. */
  isMinimal: boolean;
  /** Number of schemas around this one. */
  depth: number;
  /** Place in an array: unique items differ by it. */
  index: number;
}

const VARIANTS = [0, 1, 2, 3];
/** Recursive schemas: optional properties end at the first depth, everything at the second. */
const MAX_OPTIONAL_DEPTH = 5;
const MAX_DEPTH = 12;
const MAX_ITEMS = 100;

/** Values that a schema may accept, most complete first. They are guesses: the caller judges them. */
export function* candidatesFor(document: ContractDocument, schema: Schema, matching: Matching): Generator<unknown> {
  const { example, examples } = flat(document, schema);
  if (example !== undefined) yield example;
  if (Array.isArray(examples)) yield* examples;
  for (const variant of VARIANTS) {
    for (const isMinimal of [false, true]) {
      yield make(schema, { document, matching, variant, isMinimal, depth: 0, index: 0 });
    }
  }
}

/** One schema in place of references, `allOf` and one alternative of `oneOf` and `anyOf`. */
export function flat(document: ContractDocument, value: unknown, variant = 0, depth = 0): Schema {
  if (value === null || typeof value !== "object" || depth > MAX_DEPTH) return {};
  const { $ref, allOf, oneOf, anyOf, ...own } = value as Schema;
  const target = typeof $ref === "string" ? [resolve<Schema>(document, { $ref })] : [];
  const chosen = [oneOf, anyOf].flatMap((list) => (Array.isArray(list) ? [list[variant % list.length]] : []));
  const parts = [...target, ...(Array.isArray(allOf) ? allOf : []), ...chosen];
  return [...parts.map((part) => flat(document, part, variant, depth + 1)), own].reduce<Schema>(merge, {});
}

function merge(one: Schema, other: Schema): Schema {
  const required = [...namesIn(one.required), ...namesIn(other.required)];
  return {
    ...one,
    ...other,
    ...((one.properties || other.properties) !== undefined && {
      properties: { ...Object(one.properties), ...Object(other.properties) },
    }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  };
}

function namesIn(required: unknown): string[] {
  return Array.isArray(required) ? required : [];
}

function make(schema: unknown, making: Making): unknown {
  const resolved = flat(making.document, schema, making.variant);
  if (making.depth > MAX_DEPTH) return null;
  if ("const" in resolved) return resolved.const;
  const { enum: values, example, examples, default: fallback } = resolved;
  if (Array.isArray(values)) return values[(making.variant + making.index) % values.length];
  const given = [example, ...(Array.isArray(examples) ? examples : []), fallback].find((one) => one !== undefined);
  const isNested = making.depth > 0 && making.index === 0 && making.variant === 0;
  if (isNested && given !== undefined && typeof given !== "object") return given;
  const type = typeOf(resolved, making.variant);
  const maker = MAKERS[type];
  return maker ? maker(resolved, making) : VALUES[type];
}

const VALUES: Readonly<Record<string, unknown>> = { null: null, boolean: true };

type Maker = (schema: Schema, making: Making) => unknown;
const MAKERS: Readonly<Record<string, Maker>> = {
  object: makeObject,
  array: makeArray,
  string: makeString,
  number: makeNumber,
  integer: makeNumber,
};

const TYPE_BY_KEYWORD = [
  ["object", ["properties", "required", "additionalProperties", "minProperties", "patternProperties"]],
  ["array", ["items", "prefixItems", "minItems", "contains"]],
  ["number", ["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]],
] as const;

export function typeOf(schema: Schema, variant: number): string {
  if (schema.type !== undefined) {
    const types = [schema.type].flat().map(String);
    const [first = "string", ...others] = types.toSorted((a, b) => Number(a === "null") - Number(b === "null"));
    return variant < types.length ? ([first, ...others][variant] ?? first) : first;
  }
  return TYPE_BY_KEYWORD.find(([, keywords]) => keywords.some((keyword) => keyword in schema))?.[0] ?? "string";
}

function makeObject(schema: Schema, making: Making): object {
  const required = namesIn(schema.required);
  const isComplete = !making.isMinimal && making.depth < MAX_OPTIONAL_DEPTH;
  const properties = Object.entries(Object(schema.properties)).filter(
    ([name, property]) =>
      (isComplete || required.includes(name)) &&
      property !== false &&
      flat(making.document, property).readOnly !== true,
  );
  const inner = { ...making, depth: making.depth + 1 };
  const made = new Map(properties.map(([name, property]) => [name, make(property, inner)]));
  const { additionalProperties: additional = {}, minProperties } = schema;
  for (const name of required)
    if (!Object.hasOwn(Object(schema.properties), name)) made.set(name, make(additional, inner));
  const least = Number(minProperties ?? (made.size === 0 && typeof additional === "object" ? 1 : 0));
  for (let count = 0; made.size < least && count < MAX_ITEMS; count++) made.set(`key${count}`, make(additional, inner));
  return Object.fromEntries(made);
}

function makeArray(schema: Schema, making: Making): unknown[] {
  const { items = {}, prefixItems, minItems = 0, maxItems = Infinity, contains } = schema;
  const first = Array.isArray(prefixItems) ? prefixItems : [];
  const isUseful = items !== false && making.depth < MAX_OPTIONAL_DEPTH && !(making.isMinimal && making.variant > 0);
  const least = Math.max(Number(minItems), first.length, isUseful && first.length === 0 ? 1 : 0);
  const length = Math.min(least, Number(maxItems), MAX_ITEMS);
  return Array.from({ length }, (_, index) => {
    const schemaOf = first[index] ?? (index === first.length && contains ? contains : items);
    return make(schemaOf, { ...making, depth: making.depth + 1, index });
  });
}
