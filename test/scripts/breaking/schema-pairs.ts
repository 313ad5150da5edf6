import type { Schema } from "../../../server/contract/document.ts";

type Pair = [title: string, one: Schema, other: Schema];

const STRING = { type: "string" };
const NAME = { $ref: "#/components/schemas/Name" };
const ANIMAL = { $ref: "#/components/schemas/Animal" };
const text = (schema: Schema): Schema => ({ ...STRING, ...schema });
const list = (schema: Schema): Schema => ({ type: "array", items: STRING, ...schema });
const object = (schema: Schema): Schema => ({ type: "object", properties: { a: STRING, b: STRING }, ...schema });
const when = (keyword: "then" | "else", schema: Schema): Schema => text({ if: { pattern: "^a" }, [keyword]: schema });
const property = (schema: unknown): Schema => ({ type: "object", properties: { a: schema } });

/** Pairs of schemas that accept the same values. */
export const EQUIVALENT: Pair[] = [
  [
    "properties split by allOf",
    object({}),
    { type: "object", allOf: [{ properties: { a: STRING } }, { properties: { b: STRING } }] },
  ],
  ["an enum of one value", property({ const: "a" }), property(text({ enum: ["a"] }))],
  [
    "an enum by constants",
    { enum: ["a", "b"] },
    {
      oneOf: [
        { const: "b", title: "B" },
        { const: "a", title: "A" },
      ],
    },
  ],
  ["split by allOf", object({ required: ["a"] }), { allOf: [object({})], required: ["a"] }],
  [
    "split with the required names",
    object({ required: ["a"] }),
    {
      allOf: [
        { ...property(STRING), required: ["a"] },
        { type: "object", properties: { b: STRING } },
      ],
    },
  ],
  ["a limit moves into allOf", property(text({ maxLength: 9 })), property(text({ allOf: [{ maxLength: 9 }] }))],
  ["nested and repeated allOf", text({ maxLength: 9 }), { allOf: [{ allOf: [STRING, STRING] }, { maxLength: 9 }] }],
  [
    "an inlined base schema",
    { allOf: [ANIMAL, property(STRING)] },
    { ...object({}), required: ["name"], properties: { name: NAME, a: STRING } },
  ],
  [
    "null by anyOf",
    property({ anyOf: [text({ maxLength: 9 }), { type: "null" }] }),
    property({ type: ["string", "null"], maxLength: 9 }),
  ],
  ["null by oneOf", property({ oneOf: [STRING, { type: "null" }] }), property({ type: ["null", "string"] })],
  [
    "null beside a reference",
    property({ anyOf: [NAME, { type: "null" }] }),
    property({ type: ["string", "null"], maxLength: 9 }),
  ],
  [
    "null beside a referred object",
    { oneOf: [{ type: "null" }, ANIMAL] },
    { type: ["object", "null"], required: ["name"], properties: { name: NAME } },
  ],
  [
    "null of an enum",
    { anyOf: [{ enum: ["a", "b"] }, { type: "null" }] },
    { type: ["string", "null"], enum: ["a", "b", null] },
  ],
  ["all types of numbers", { type: "number" }, { type: ["integer", "number"] }],
  ["anyOf of types", { anyOf: [STRING, { type: "integer" }] }, { type: ["integer", "string"] }],
  ["anyOf of one schema", property(STRING), property({ anyOf: [STRING] })],
  [
    "anyOf of separate schemas, and oneOf",
    { anyOf: [STRING, { type: "integer" }] },
    { oneOf: [STRING, { type: "integer" }] },
  ],
  ["the order of required", object({ required: ["a", "b"] }), object({ required: ["b", "a"] })],
  ["the order of enum", { enum: ["a", "b"] }, { enum: ["b", "a"] }],
  ["the order of types", { type: ["string", "null"] }, { type: ["null", "string"] }],
  [
    "the order of oneOf",
    { oneOf: [text({ maxLength: 3 }), { type: "integer" }] },
    { oneOf: [{ type: "integer" }, text({ maxLength: 3 })] },
  ],
  ["the order of similar objects", { oneOf: [object({}), ANIMAL] }, { oneOf: [ANIMAL, object({})] }],
  ["the order of allOf", { allOf: [object({}), ANIMAL] }, { allOf: [ANIMAL, object({})] }],
  ["an inlined reference", property(NAME), property(text({ maxLength: 9 }))],
  ["an unused definition", property(NAME), { ...property(NAME), $defs: { Unused: STRING } }],
  [
    "a recursive schema, unrolled once",
    { $ref: "#/components/schemas/Tree" },
    { type: "object", properties: { left: { $ref: "#/components/schemas/Tree" } } },
  ],
  [
    "annotations",
    property(STRING),
    property(text({ title: "A", description: "B", examples: ["c"], deprecated: true, $comment: "d" })),
  ],
  ["an extension", property(STRING), property(text({ "x-order": 1 }))],
  ["a default", property(STRING), property(text({ default: "a" }))],
  ["a format without a validator", property(STRING), property(text({ format: "acme-id" }))],
  ["a format of numbers for a string", property(STRING), property(text({ format: "int32" }))],
  ["an encoding", property(STRING), property(text({ contentEncoding: "base64", contentMediaType: "image/png" }))],
  ["limits without effect", list({ maxItems: 9 }), list({ maxItems: 9, minItems: 0, uniqueItems: false })],
  ["limits of another type", property(STRING), property(text({ minimum: 3, minItems: 1 }))],
  [
    "limits of integers",
    { type: "integer", exclusiveMinimum: 0, maximum: 9 },
    { type: "integer", minimum: 1, exclusiveMaximum: 10 },
  ],
  ["additional properties, written out", object({}), object({ additionalProperties: true })],
  ["any additional properties", object({ additionalProperties: {} }), object({ additionalProperties: true })],
  ["items of any kind", { type: "array" }, { type: "array", items: {} }],
  [
    "additional and unevaluated properties",
    object({ additionalProperties: false }),
    object({ unevaluatedProperties: false }),
  ],
  [
    "closed schemas, split",
    object({ additionalProperties: false }),
    { allOf: [object({})], unevaluatedProperties: false },
  ],
  ["a condition without consequences", STRING, text({ if: { maxLength: 3 } })],
  ["a condition of another form", text({ not: { enum: ["a"] } }), text({ not: { const: "a" } })],
  ["a default of minContains", list({ contains: { const: "a" } }), list({ contains: { const: "a" }, minContains: 1 })],
];

/** Pairs of schemas that accept the same values, of which openapi-typescript makes different types. */
export const OTHER_TYPES: Pair[] = [
  [
    "split by allOf with required names alone",
    object({ required: ["a"] }),
    { allOf: [object({}), { required: ["a"] }] },
  ],
  ["null as a constant", { type: "null" }, { const: null }],
  [
    "the type outside of anyOf",
    text({ anyOf: [{ maxLength: 3 }, { pattern: "^x" }] }),
    { anyOf: [text({ maxLength: 3 }), text({ pattern: "^x" })] },
  ],
];

/** Pairs of schemas of which the first one accepts less. */
export const NARROWER: Pair[] = [
  ["minLength", text({ minLength: 2 }), text({ minLength: 1 })],
  ["an added minLength", text({ minLength: 1 }), STRING],
  ["maxLength", text({ maxLength: 5 }), text({ maxLength: 9 })],
  ["pattern", text({ pattern: "^a" }), STRING],
  ["format", text({ format: "email" }), STRING],
  ["enum", text({ enum: ["a"] }), text({ enum: ["a", "b"] })],
  ["an added enum", text({ enum: ["a"] }), STRING],
  ["const", text({ const: "a" }), text({ enum: ["a", "b"] })],
  ["type", STRING, { type: ["string", "integer"] }],
  ["null", property(STRING), property({ type: ["string", "null"] })],
  ["null by anyOf", property(NAME), property({ anyOf: [NAME, { type: "null" }] })],
  ["integers", { type: "integer" }, { type: "number" }],
  ["multipleOf", { type: "integer", multipleOf: 4 }, { type: "integer", multipleOf: 2 }],
  ["multiples of a fraction", { type: "number", multipleOf: 0.5 }, { type: "number", multipleOf: 0.1 }],
  ["minimum", { type: "number", minimum: 2 }, { type: "number", minimum: 1 }],
  ["maximum", { type: "number", maximum: 2 }, { type: "number", maximum: 3 }],
  ["exclusiveMinimum", { type: "number", exclusiveMinimum: 0 }, { type: "number", minimum: 0 }],
  ["exclusiveMaximum", { type: "number", exclusiveMaximum: 9 }, { type: "number", maximum: 9 }],
  ["minItems", list({ minItems: 1 }), list({})],
  ["maxItems", list({ maxItems: 3 }), list({ maxItems: 9 })],
  ["uniqueItems", list({ uniqueItems: true }), list({})],
  ["items", list({ items: text({ maxLength: 3 }) }), list({})],
  ["added items", list({}), { type: "array" }],
  ["prefixItems", { type: "array", prefixItems: [text({ maxLength: 3 })] }, { type: "array", prefixItems: [STRING] }],
  [
    "items after prefixItems",
    { type: "array", prefixItems: [STRING], items: false },
    { type: "array", prefixItems: [STRING] },
  ],
  ["contains", list({ contains: { const: "a" } }), list({})],
  ["minContains", list({ contains: { const: "a" }, minContains: 2 }), list({ contains: { const: "a" } })],
  ["maxContains", list({ contains: { const: "a" }, maxContains: 2 }), list({ contains: { const: "a" } })],
  ["required", object({ required: ["a"] }), object({})],
  ["required in allOf", object({ allOf: [{ required: ["a"] }] }), object({})],
  ["a closed object", object({ additionalProperties: false }), object({})],
  ["a closed object with unevaluated properties", object({ unevaluatedProperties: false }), object({})],
  [
    "additional properties",
    object({ additionalProperties: text({ maxLength: 3 }) }),
    object({ additionalProperties: STRING }),
  ],
  [
    "patternProperties",
    { type: "object", patternProperties: { "^x": text({ maxLength: 3 }) } },
    { type: "object", patternProperties: { "^x": STRING } },
  ],
  ["added patternProperties", object({ patternProperties: { "^x": STRING } }), object({})],
  ["propertyNames", object({ propertyNames: { maxLength: 3 } }), object({ propertyNames: { maxLength: 9 } })],
  ["added propertyNames", object({ propertyNames: { maxLength: 3 } }), object({})],
  ["minProperties", object({ minProperties: 1 }), object({})],
  ["maxProperties", object({ maxProperties: 1 }), object({ maxProperties: 2 })],
  ["dependentRequired", object({ dependentRequired: { a: ["b"] } }), object({})],
  ["dependentSchemas", object({ dependentSchemas: { a: { required: ["b"] } } }), object({})],
  ["a nested property", property(property(text({ maxLength: 3 }))), property(property(STRING))],
  ["a limit in allOf", text({ allOf: [{ maxLength: 3 }] }), text({ allOf: [{ maxLength: 5 }] })],
  ["an added allOf", text({ allOf: [{ maxLength: 3 }] }), STRING],
  [
    "a limit in anyOf",
    { anyOf: [text({ maxLength: 3 }), { type: "integer" }] },
    { anyOf: [STRING, { type: "integer" }] },
  ],
  ["a limit in oneOf", { oneOf: [text({ maxLength: 3 }), { type: "null" }] }, { oneOf: [STRING, { type: "null" }] }],
  ["an alternative", { anyOf: [STRING] }, { anyOf: [STRING, { type: "integer" }] }],
  ["an alternative of oneOf", { oneOf: [STRING] }, { oneOf: [STRING, { type: "integer" }] }],
  ["only one of two alternatives", { oneOf: [object({}), ANIMAL] }, { anyOf: [object({}), ANIMAL] }],
  ["a condition", when("then", { maxLength: 3 }), when("then", { maxLength: 9 })],
  ["an added condition", when("then", { maxLength: 3 }), STRING],
  ["another alternative of a condition", when("else", { maxLength: 3 }), when("else", { maxLength: 9 })],
  ["a negation", text({ not: { maxLength: 9 } }), text({ not: { maxLength: 5 } })],
  ["an added negation", text({ not: { const: "a" } }), STRING],
  ["a limit beside a reference", property({ ...NAME, maxLength: 3 }), property(NAME)],
];
