import fc, { type Arbitrary } from "fast-check";
import type { ContractDocument, Schema } from "../contract/document.ts";
import { FORMATS } from "../contract/scalars.ts";
import { textsMatching } from "../proof/matching.ts";
import { flat, typeOf } from "../proof/values.ts";

/** Few, so that many runs do not fill the server with different values. */
const TEXTS = [
  ...[
    "a",
    "value",
    "0",
    "-1",
    "true",
    "null",
    " ",
    "a b",
    "a,b",
    "Zo\u00eb",
    "Zoe\u0308",
    "\u65e5\u672c\u8a9e",
    "\u{1f600}",
  ],
  ...[
    "\u202ertl",
    "\u2028",
    'it\'s "quoted"',
    "<b>&amp;</b>",
    "line\r\nbreak",
    "\t",
    "'; --",
    "%24{x}",
    "__proto__",
    "toString",
  ],
];
/** Alternatives of `oneOf` and `anyOf` that are tried. */
const VARIANTS = [0, 1, 2, 3];
/** Deeper optional properties and items are not made. */
const MAX_DEPTH = 3;
const MAX_ITEMS = 3;
/** Characters. Longer texts are not made. */
const MAX_LENGTH = 5_000;

/** Values that a schema may accept. */
export function arbitraryOf(document: ContractDocument, schema: unknown, depth: number): Arbitrary<unknown> {
  const alternatives = VARIANTS.map((variant) => flat(document, schema, variant));
  const different = new Map(alternatives.map((one) => [JSON.stringify(one), one]));
  return fc.oneof(...Array.from(different.values(), (one) => ofSchema(document, one, depth)));
}

function ofSchema(document: ContractDocument, schema: Schema, depth: number): Arbitrary<unknown> {
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const types = schema.type === undefined ? [typeOf(schema, 0)] : [schema.type].flat().map(String);
  return fc.oneof(...types.map((type) => ofType(document, schema, type, depth)));
}

function ofType(document: ContractDocument, schema: Schema, type: string, depth: number): Arbitrary<unknown> {
  if (type === "null") return fc.constant(null);
  if (type === "boolean") return fc.boolean();
  if (type === "string") return text(schema);
  if (type === "integer" || type === "number") return number(schema, type);
  return type === "array" ? array(document, schema, depth) : object(document, schema, depth);
}

function text({ pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Schema): Arbitrary<string> {
  if (typeof pattern === "string") return textsMatching(pattern) ?? fc.constant("");
  if (format !== undefined && FORMATS[String(format)] !== undefined) return fc.constant(FORMATS[String(format)] ?? "");
  const [least, most] = [Number(minLength), Number(maxLength)];
  const fitting = fc.constantFrom(...TEXTS).map((one) => Array.from(one.padEnd(least, "a")).slice(0, most).join(""));
  const limits = [least, most].filter((length) => length > 0 && length <= MAX_LENGTH);
  if (least === 0) limits.push(0);
  const longest = fc
    .constantFrom(...limits)
    .chain((length) => fc.constantFrom("a", "\u{1f600}").map((one) => one.repeat(length)));
  return limits.length === 0 ? fitting : fc.oneof({ weight: 3, arbitrary: fitting }, { weight: 1, arbitrary: longest });
}

function number(schema: Schema, type: string): Arbitrary<number> {
  const { multipleOf } = schema;
  const step = Number(multipleOf ?? 1);
  const [low, high] = rangeOf(schema, step);
  const [min, max] = [Math.ceil(low / step), Math.floor(high / step)];
  const whole = fc.integer({ min: Math.min(min, max), max }).map((count) => count * step);
  return type === "integer" || multipleOf !== undefined
    ? whole
    : fc.oneof(
        whole,
        whole.map((one) => one + 0.5),
      );
}

/** The limits of a number, within 32 bits and about 1,000 from each other where the schema leaves them open. */
function rangeOf(schema: Schema, step: number): [low: number, high: number] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Record<string, number | undefined>;
  const low = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + step);
  const high = maximum ?? (exclusiveMaximum === undefined ? undefined : exclusiveMaximum - step);
  const [least, most] = [low ?? Math.min(-1_000, (high ?? 0) - 1_000), high ?? Math.max(1_000, (low ?? 0) + 1_000)];
  return [Math.max(least, -(2 ** 31)), Math.min(most, 2 ** 31 - 1)];
}

function array(document: ContractDocument, schema: Schema, depth: number): Arbitrary<unknown> {
  const { items = {}, prefixItems, minItems = 0, maxItems = MAX_ITEMS, uniqueItems } = schema;
  const first = Array.isArray(prefixItems) ? prefixItems.map((one) => arbitraryOf(document, one, depth + 1)) : [];
  const minLength = Math.max(0, Number(minItems) - first.length);
  const most = depth > MAX_DEPTH || items === false ? 0 : Math.min(Number(maxItems) - first.length, MAX_ITEMS);
  const size = { minLength, maxLength: Math.max(minLength, most) };
  if (size.maxLength === 0) return fc.tuple(...first);
  const item = arbitraryOf(document, items, depth + 1);
  const rest = uniqueItems ? fc.uniqueArray(item, { ...size, selector: JSON.stringify }) : fc.array(item, size);
  return fc.tuple(fc.tuple(...first), rest).map(([one, other]) => [...one, ...other]);
}

function object(document: ContractDocument, schema: Schema, depth: number): Arbitrary<unknown> {
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const isOpen = schema.additionalProperties === undefined && schema.unevaluatedProperties === undefined;
  const all = Object.entries(Object(schema.properties)).filter(
    ([name, property]) =>
      (required.includes(name) || depth <= MAX_DEPTH) &&
      flat(document, property).readOnly !== true &&
      property !== false,
  );
  const members = all.map(([name, property]) => [name, arbitraryOf(document, property, depth + 1)] as const);
  const requiredKeys = all.map(([name]) => name).filter((name) => required.includes(name));
  const known = fc.record(Object.fromEntries(members), { requiredKeys });
  // A member that the contract does not describe.
  const added = fc.option(fc.constant({ "x-unknown": [{}] }), { nil: {}, freq: 9 });
  return isOpen && depth === 0 ? fc.tuple(known, added).map(([one, other]) => ({ ...one, ...other })) : known;
}
