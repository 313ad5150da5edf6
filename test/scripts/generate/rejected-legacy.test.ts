import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const property = (text: string) => ({ schema: `properties:\n  p: ${text}` });
const unexpected = (key: string, remedy: string) => `Property '${key}' is not expected here. ${remedy}`;
const LIST =
  "Expected type 'array' but got 'boolean'. Write the names of the required properties in the schema of the object: [name].";
const LIMIT =
  "Expected type 'number' but got 'boolean'. In OpenAPI 3.1 it is the limit itself, in place of the inclusive one.";
const TYPES = `'type' can be one of the following only: "object", "array", "string", "number", "integer", "boolean", "null".`;

/** Words of OpenAPI 2 and 3.0, of older drafts of JSON Schema, and of YAML. */
testRejections([
  [
    "a reference of Swagger 2",
    { schema: 'properties: { p: { $ref: "#/definitions/Thing" } }' },
    [
      "no-unresolved-refs",
      "'#/definitions/Thing' does not exist. Did you mean '#/components/schemas/Thing'?",
      '"#/definitions/Thing"',
    ],
  ],
  [
    "a schema of a response without a media type",
    { path: 'put: { operationId: writeThing, responses: { "200": { description: ok, schema: { type: string } } } }' },
    [
      "struct",
      "Property 'schema' is not expected here. Write it in a media type: 'content: { application/json: { schema: … } }'.",
      "schema",
    ],
  ],
  ["a boolean limit", property("{ type: integer, minimum: 1, exclusiveMinimum: true }"), ["struct", LIMIT, "true"]],
  ["a boolean required", property("{ type: string, required: true }"), ["struct", LIST, "true"]],
  [
    "a list of items",
    property("{ type: array, items: [{ type: string }] }"),
    [
      "struct",
      "Expected type 'Schema' (object) but got 'array'. Write a list of schemas as 'prefixItems'.",
      "[{ type: string }]",
    ],
  ],
  [
    "additionalItems",
    property("{ prefixItems: [{}], additionalItems: false }"),
    ["struct", unexpected("additionalItems", "Write 'items' beside 'prefixItems'."), "additionalItems"],
  ],
  [
    "dependencies",
    property("{ dependencies: { a: [b] } }"),
    ["struct", unexpected("dependencies", "Write 'dependentRequired' or 'dependentSchemas'."), "dependencies"],
  ],
  [
    "an id without a dollar sign",
    property("{ id: thing }"),
    ["schema-keyword", "'id' is no keyword of JSON Schema. Remove it, or write it in 'properties'.", "id"],
  ],
  ...["file", "any"].map(
    (type): Rejection => [`the type ${type}`, property(`{ type: ${type} }`), ["struct", TYPES, type]],
  ),
  [
    "a type twice",
    property("{ type: [string, string] }"),
    [
      "schema-compiles",
      "This is not valid in a schema: it must NOT have duplicate items (items ## 0 and 1 are identical).",
      "[string, string]",
    ],
  ],
  [
    "a path without a slash",
    { text: contractWith({}).replace("\npaths:\n", "\npaths:\n  a: {}\n") },
    ["struct", "A path starts with '/'. Write '/a'.", "a"],
  ],
  [
    "two operations with one operationId",
    { path: 'put: { operationId: readThing, responses: { "204": { description: ok } } }' },
    ["operation-operationId-unique", "Every operation must have a unique 'operationId'. Rename one.", "readThing"],
  ],
  [
    "two paths that differ in the name of a parameter",
    {
      text: contractWith({}).replace(
        "\ncomponents:",
        `
  /things/{other}:
    parameters: [{ name: other, in: path, required: true, schema: { type: string } }]
    put: { operationId: writeThing, responses: { "204": { description: ok } } }
components:`,
      ),
    },
    [
      "no-ambiguous-paths",
      "Paths should resolve unambiguously. Found two ambiguous paths: '/things/{id}' and '/things/{other}'. Change a literal segment of one of them.",
      "/things/{other}",
    ],
  ],
  [
    "a number in place of a text",
    { text: contractWith({}).replace("1.0.0", "1.0") },
    ["struct", "Expected type 'string' but got 'integer'. Write it in quotes.", "1.0"],
  ],
  [
    "another YAML document",
    { root: "---\nmore: 1" },
    ["yaml", "The file has another YAML document. Remove it, with its '---'", "---"],
  ],
  ["a tag of YAML", property("!mine { type: string }"), ["yaml", "This tag is not supported. Remove it", "!mine"]],
  ...["!!timestamp 2026-01-01", "!!binary aGk=", "!!set { a, b }", "!!omap [a: 1]", "!!pairs [a: 1]"].map(
    (value): Rejection => [
      `the value ${value}, which JSON does not have,`,
      property(`{ example: ${value} }`),
      ["yaml", "This tag is not supported. Remove it", value.replace(/^\S+ /, "")],
    ],
  ),
  [
    "a merge of an unknown anchor",
    { schema: "<<: *later" },
    ["yaml", "The anchor 'later' is not defined above this alias", "*later"],
  ],
  [
    "a text that is not UTF-8",
    { text: contractWith({}).replace("The thing.", "Gr\uFFFDe") },
    ["yaml", "This is not UTF-8. Save the file in UTF-8", "\uFFFD"],
  ],
]);
