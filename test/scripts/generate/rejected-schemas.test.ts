import { expect, test } from "vitest";
import { contractFolder, contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const query = (text: string) => ({ operation: `parameters:\n  - { name: q, in: query, ${text} }` });
const property = (text: string) => ({ schema: `properties:\n  p: ${text}` });

const exponential = (text: string) =>
  `This pattern takes exponential time for ${text}, and would block the server. Let each text match its repeated group in one way only.`;

testRejections([
  ...[
    ["^(a+)+$", "'a' + 'a'.repeat(31) + '\\x00'"],
    ["^(a|aa)+$", "'a' + 'aaaa'.repeat(29) + '\\x00'"],
    ["^([a-z]*[0-9]?)*$", "'a' + '0a'.repeat(30) + '\\x00'"],
  ].flatMap(([pattern = "", text = ""]): Rejection[] => [
    [
      `the pattern ${pattern}`,
      { schema: `properties: { p: { type: string, pattern: "${pattern}" } }` },
      ["schema-pattern", exponential(text), `"${pattern}"`],
    ],
    [
      `the pattern ${pattern} of names`,
      { schema: `patternProperties: { "${pattern}": { type: string } }` },
      ["schema-pattern", exponential(text), `"${pattern}"`],
    ],
  ]),
  [
    "another dialect of JSON Schema",
    { root: "jsonSchemaDialect: http://json-schema.org/draft-07/schema#" },
    [
      "schema-keyword",
      "The dialect 'http://json-schema.org/draft-07/schema#' is not supported. Remove 'jsonSchemaDialect', or write 'https://spec.openapis.org/oas/3.1/dialect/base'.",
      "http://json-schema.org/draft-07/schema#",
    ],
  ],
  [
    "a schema with an id",
    property("{ $id: https://things.example/p }"),
    [
      "schema-keyword",
      "'$id' is not supported. Remove it, and refer to the schema by its place: '#/components/schemas/…'.",
      "$id",
    ],
  ],
  ...[
    ["minLength", "maxLength"],
    ["minItems", "maxItems"],
    ["minProperties", "maxProperties"],
    ["minimum", "maximum"],
  ].map(
    ([low, high]): Rejection => [
      `${low} above ${high}`,
      property(`{ ${low}: 5, ${high}: 4 }`),
      [
        "schema-contradiction",
        `'${low}' is 5 and '${high}' is 4, so no value is valid. Exchange or correct them.`,
        "5",
      ],
    ],
  ),
  ...[
    ["exclusiveMinimum", "maximum"],
    ["exclusiveMinimum", "exclusiveMaximum"],
    ["minimum", "exclusiveMaximum"],
  ].map(
    ([low, high]): Rejection => [
      `${low} equal to ${high}`,
      property(`{ ${low}: 5, ${high}: 5 }`),
      [
        "schema-contradiction",
        `'${low}' is 5 and '${high}' is 5, so no value is valid. Exchange or correct them.`,
        "5",
      ],
    ],
  ),
  [
    "a constant of another type",
    property("{ type: string, const: 7 }"),
    ["schema-contradiction", "7 is not of the type string. Correct it, or the type.", "7"],
  ],
  [
    "a value of an enum that is of none of the types",
    property("{ type: [integer, 'null'], enum: [1, null, [2]] }"),
    ["schema-contradiction", "[2] is not of the type integer, null. Correct it, or the type.", "[2]"],
  ],
  [
    "more required properties than there may be",
    property("{ required: [a, b], maxProperties: 1 }"),
    ["schema-contradiction", "'maxProperties' is 1, but 2 properties are required. Correct one of them.", "1"],
  ],
  [
    "more properties than a closed object has",
    property("{ properties: { a: {} }, additionalProperties: false, minProperties: 2 }"),
    ["schema-contradiction", "'minProperties' is 2, but the object can have only 1. Correct it.", "2"],
  ],
  [
    "a required property that no value matches",
    property("{ properties: { a: false }, required: [a] }"),
    ["schema-contradiction", "'a' is required, but its schema is false. Remove one of them.", "[a]"],
  ],
  [
    "a default that breaks its schema",
    property("{ type: string, maxLength: 3, default: long }"),
    ["example-valid", "The default does not match its schema: must NOT have more than 3 characters.", "long"],
  ],
  [
    "an example that breaks its schema",
    property("{ type: integer, example: one }"),
    ["example-valid", "The example does not match its schema: must be integer.", "one"],
  ],
  [
    "an item of a list of examples",
    property("{ type: integer, examples: [1, two] }"),
    ["example-valid", "The example does not match its schema: must be integer.", "two"],
  ],
  [
    "an example of a parameter",
    query("schema: { type: integer }, example: one"),
    ["example-valid", "The example does not match its schema: must be integer.", "one"],
  ],
  [
    "an inline example below a nested reference",
    {
      path: `put:
  operationId: writeThing
  requestBody:
    content:
      application/json:
        schema: { type: array, items: { $ref: "#/components/schemas/Thing" } }
        examples: { two: { value: [{}, 7] } }
  responses: { "204": { description: ok } }`,
    },
    ["example-valid", "The example 'two' does not match its schema: must be object.", "7"],
  ],
  [
    "a property that an example must not have",
    { schema: "additionalProperties: false\nexample: { colour: red }" },
    ["example-valid", "The example does not match its schema: must NOT have additional properties.", "red"],
  ],
  [
    "a keyword that is not valid in a schema",
    property("{ multipleOf: 0 }"),
    ["schema-compiles", "This is not valid in a schema: it must be > 0.", "0"],
  ],
  [
    "a schema that does not compile, once and at its place",
    property("{ enum: [] }"),
    ["schema-compiles", "Ajv cannot compile this schema: enum must have non-empty array.", "{ enum: [] }"],
  ],
  [
    "references that lead back to themselves",
    { components: "  A: { $ref: '#/components/schemas/B' }\n  B: { allOf: [{ $ref: '#/components/schemas/A' }] }" },
    [
      "reference",
      "This reference leads back to itself. Put a property or an item in between.",
      "'#/components/schemas/B'",
    ],
    [
      "reference",
      "This reference leads back to itself. Put a property or an item in between.",
      "'#/components/schemas/A'",
    ],
  ],
  [
    "a chain of 800 references",
    {
      components: `  S800: {}\n${Array.from({ length: 800 }, (_, at) => `  S${at}: { $ref: "#/components/schemas/S${at + 1}" }`).join("\n")}`,
    },
    [
      "reference",
      "This reference leads through more than 100 others. Refer to the last one.",
      '"#/components/schemas/S1"',
    ],
  ],
  ...["paths/~1things~1{id}/get/responses/200", "components/responses/Gone", "info", "info/title", "security"].map(
    (place): Rejection => [
      `a reference of a schema to ${place}`,
      { schema: `properties:\n  p: { $ref: "#/${place}" }`, components: "responses: { Gone: { description: gone } }" },
      ["reference", `'#/${place}' is no schema. Refer to one: '#/components/schemas/…'.`, `"#/${place}"`],
    ],
  ),
  [
    "references that double at each of 24 levels",
    {
      components: `  S24: {}\n${Array.from({ length: 24 }, (_, at) => {
        const next = `{ $ref: "#/components/schemas/S${at + 1}" }`;
        return `  S${at}: { allOf: [${next}, ${next}] }`;
      }).join("\n")}`,
    },
    [
      "reference",
      "A value of this schema is checked against more than 1000 schemas. Refer to each schema once.",
      '{ allOf: [{ $ref: "#/components/schemas/S17" }, { $ref: "#/components/schemas/S17" }] }',
    ],
  ],
  [
    "a reference that leads through another one",
    {
      schema: 'properties: { a: { $ref: "#/components/schemas/Outer/properties/inner/properties/b" } }',
      components:
        "  Outer: { properties: { inner: { $ref: '#/components/schemas/Inner' } } }\n  Inner: { properties: { b: true } }",
    },
    [
      "reference",
      "'#/components/schemas/Outer/properties/inner/properties/b' leads through a reference. Write '#/components/schemas/Inner/properties/b'.",
      '"#/components/schemas/Outer/properties/inner/properties/b"',
    ],
  ],
  [
    "references that are malformed, to the whole document, or to an anchor",
    property("{ allOf: [{ $ref: '#/a%' }, { $ref: '#' }, { $ref: '#thing' }] }"),
    ["reference", "'%' must be followed by two digits in '#/a%'. Write '%25'.", "'#/a%'"],
    ["reference", "'#' is not supported. Refer to an object by its place: '#/components/schemas/…'.", "'#'"],
    ["reference", "'#thing' is not supported. Refer to an object by its place: '#/components/schemas/…'.", "'#thing'"],
  ],
  [
    "a name that JavaScript gives to every object",
    { schema: "properties: { constructor: { type: string } }" },
    ["name", "'constructor' is a member of every object in JavaScript. Choose another name.", "constructor"],
  ],
  [
    "a format that is nearly a known one, and an invalid pattern of property names",
    property('{ type: object, properties: { at: { format: datetime } }, patternProperties: { "[a": {} } }'),
    ["schema-format", "Unknown format 'datetime'. Did you mean 'date-time'?", "datetime"],
    ["schema-pattern", "Invalid regular expression: /[a/u: Unterminated character class.", '"[a"'],
  ],
  [
    "a pattern with a character that needs no backslash",
    property("{ type: string, pattern: '^[a-z\\:]+$' }"),
    [
      "schema-pattern",
      "Invalid regular expression: /^[a-z\\:]+$/u: Invalid escape. Write the character without its backslash.",
      "'^[a-z\\:]+$'",
    ],
  ],
  [
    "a discriminator with an unknown schema",
    { schema: "discriminator: { propertyName: kind, mapping: { a: Thin } }" },
    ["no-unresolved-refs", "There is no schema 'Thin'. Did you mean 'Thing'?", "Thin"],
  ],
  [
    "a discriminator with a file that does not exist",
    { schema: "discriminator: { propertyName: kind, mapping: { a: other.yaml } }" },
    [
      "no-unresolved-refs",
      "There is no schema './other.yaml'. Write the name of a component, or a reference.",
      "other.yaml",
    ],
  ],
  [
    "a reference to a URL",
    property('{ $ref: "https://things.example/schemas.yaml#/Thing" }'),
    [
      "no-unresolved-refs",
      "'https://things.example/schemas.yaml' is a URL, and generation uses no network. Save the file below the contract's folder.",
      '"https://things.example/schemas.yaml#/Thing"',
    ],
  ],
  [
    "an alias without an anchor",
    { schema: "properties: *nothing" },
    ["yaml", "The anchor 'nothing' is not defined above this alias", "*nothing"],
  ],
  ["a merge of a number", { schema: "<<: 7" }, ["yaml", "A merge key needs a mapping, or a list of mappings", "7"]],
  ["an anchor that contains itself", property("&p { p: *p }"), ["yaml", "The anchor contains itself", "*p"]],
  [
    "a number that JSON does not have",
    property("{ maximum: .inf }"),
    ["yaml", "'Infinity' does not exist in JSON", ".inf"],
  ],
]);

test("aliases of aliases that would fill the memory are reported, and the run ends", async () => {
  const levels = Array.from("abcdefg", (name, index) => {
    const before = index === 0 ? "1" : `*${"abcdefg"[index - 1]}`;
    return `x-${name}: &${name} [${Array(10).fill(before).join(", ")}]\n`;
  });
  const folder = await contractFolder({ "openapi.yaml": contractWith({ root: levels.join("") }) });
  const { code, output } = await folder.generate();
  expect(output).toContain("The document has more than 1000000 values after its aliases are replaced");
  expect(code).toBe(2);
});

test.for([150, 800, 5_000])(
  "a schema of %i levels is reported at the place from which it is too deep",
  async (levels) => {
    const schema = `example: 7\nproperties: ${"{ a: { properties: ".repeat(levels)}{}${" } }".repeat(levels)}`;
    const folder = await contractFolder({ "openapi.yaml": contractWith({ schema }) });
    const { code, output } = await folder.generate();
    expect(output).toMatch(/^openapi\.yaml:\d+:\d+ {2}error {2}yaml\n {2}This is nested more than 250 levels deep\./);
    expect(code).toBe(2);
  },
);
