import { type Rejection, testRejections } from "./rejection.ts";

const OBJECT = "An object is not supported in query. Write one parameter for each of its properties.";
const NULL = "No text stands for null. Write the type of its texts as well.";
const NULL_ITEM = "No text stands for null. Remove it from the items.";
const TUPLE = "A tuple is not supported in a parameter. Write 'items'.";
const SEVERAL = "An array is one of several types here. Write 'type: array'.";
const ITSELF = "A parameter's array must be declared by the schema itself. Write 'type: array' and 'items' there.";
const OVERLAPPING = "Alternatives of several types overlap here. Write 'anyOf', or each type once.";
const BOOLEANS = "Numbers and booleans are alternatives here. Write them as one list: 'type: [integer, boolean]'.";
const NESTED =
  "An array of arrays or objects is not supported in query. Write items that are texts, numbers or booleans.";
const CONDITION = "Without a type the parameter is a text, of no type integer. Write the 'type' of its values.";
const untyped = (value: string) =>
  `Without a type the parameter is a text, not ${value}. Write the 'type' of its values.`;

testRejections([
  [
    "a parameter with a schema that does not exist",
    { operation: "parameters:\n  - { name: q, in: query, schema: { $ref: '#/components/schemas/Absent' } }" },
    ["no-unresolved-refs", "'#/components/schemas/Absent' does not exist.", "'#/components/schemas/Absent'"],
  ],
  [
    "the style of another kind of list",
    { operation: "parameters:\n  - { name: q, in: query, style: pipeDelimited, schema: { type: array } }" },
    ["parameter", "The style 'pipeDelimited' is not supported in query. Write 'form'.", "pipeDelimited"],
  ],
  [
    "a parameter that can be empty",
    { operation: "parameters:\n  - { name: q, in: query, allowEmptyValue: true, schema: { type: string } }" },
    ["parameter", "'allowEmptyValue' is not supported. Describe the empty text in the schema.", "true"],
  ],
  ...[
    ["{ type: array, prefixItems: [{ type: string }] }", TUPLE],
    ["{ type: array, items: { type: string }, prefixItems: [{ type: string }] }", TUPLE],
    ['{ type: [array, "null"], items: { type: array } }', NESTED],
    ["{ type: [string, array] }", SEVERAL],
    ['{ anyOf: [{ type: [array, integer] }, { type: "null" }] }', SEVERAL],
    ['{ type: [object, "null"] }', OBJECT],
    ["{ anyOf: [{ type: string }, { type: object }] }", OBJECT],
    ["{ oneOf: [{ type: string }, { properties: { a: {} } }] }", OBJECT],
    ["{ allOf: [{ type: array, items: { type: object } }] }", NESTED],
    ['{ anyOf: [{ type: array, prefixItems: [{ type: string }] }, { type: "null" }] }', TUPLE],
    ['{ anyOf: [{ type: array }, { type: array }, { type: "null" }] }', ITSELF],
    ["{ oneOf: [{ type: integer }, { type: string }, { type: string, maxLength: 3 }] }", OVERLAPPING],
    ["{ anyOf: [{ type: integer }, { type: boolean }] }", BOOLEANS],
    ["{ anyOf: [{ type: array }, { type: string }] }", ITSELF],
    ["{ oneOf: [{ type: string }, { allOf: [{ type: array }] }] }", ITSELF],
    ["{ items: { type: string } }", ITSELF],
    ["{ type: array, items: { type: array } }", NESTED],
    ["{ type: array, items: { type: object } }", NESTED],
    ["{ type: array, items: { anyOf: [{ type: object }, { type: string }] } }", NESTED],
    ["{ enum: [1, 2] }", untyped("1")],
    ["{ enum: [one, null] }", untyped("null")],
    ["{ const: true }", untyped("true")],
    ["{ anyOf: [{ const: a }, { const: 2 }] }", untyped("2")],
    ["{ type: array, items: { enum: [1, 2] } }", untyped("1")],
    ["{ not: { type: integer } }", CONDITION],
    ["{ if: { const: a }, then: { maxLength: 3 }, else: { type: integer } }", CONDITION],
    ['{ type: "null" }', NULL],
    ['{ type: array, items: { type: "null" } }', NULL_ITEM],
    ['{ type: array, items: { anyOf: [{ type: integer }, { type: "null" }] } }', NULL_ITEM],
  ].map(
    ([schema = "", message = ""]): Rejection => [
      `a parameter with the schema ${schema}`,
      { operation: `parameters:\n  - { name: q, in: query, schema: ${schema} }` },
      ["parameter", message, schema],
    ],
  ),
]);
