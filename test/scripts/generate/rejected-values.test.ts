import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const without = (key: string) => `'${key}' has no value. Write one, or remove it.`;

const HEADER_VALUE =
  "A header can't have this value. Write Latin-1 characters without line breaks or spaces at the ends.";
/** Takes 400 billion steps to reject the long text. */
const SLOW = "^a*a*a*a*a*a*a*a*a*a*$";
const LONG = `${"a".repeat(60)}b`;
const withHeaders = (headers: string) => ({
  text: contractWith({}).replace("The thing.", `The thing.\n          headers: ${headers}`),
});

testRejections([
  [
    "null as a security scheme",
    { text: contractWith({}).replace("{ type: http, scheme: bearer }", "null") },
    [
      "security-defined",
      "There is no 'Token' security scheme defined. Add it to 'components.securitySchemes'.",
      "Token",
    ],
    ["null", without("Token"), "Token"],
  ],
  [
    "null as the default response",
    { text: contractWith({}).replace("      responses:\n", "      responses:\n        default: null\n") },
    ["null", without("default"), "default"],
  ],
  [
    "null as a response header",
    { text: contractWith({}).replace("The thing.", "The thing.\n          headers: { x-trace: null }") },
    ["null", without("x-trace"), "x-trace"],
  ],
  ...[
    ["schema", '{ $ref: "#/components/schemas/Thing" }'],
    ["security", "[{ Token: [] }]"],
    ["info", "{ title: Things, version: 1.0.0 }"],
  ].map(
    ([key = "", value = ""]): Rejection => [
      `null as the value of '${key}'`,
      { text: contractWith({}).replace(`${key}: ${value}`, `${key}: null`) },
      ["null", without(key), key],
    ],
  ),
  ...[
    ["header", '"a\\nb"'],
    ["header", '"→"'],
  ].map(
    ([place, value = ""]): Rejection => [
      `the example ${value} of a ${place} parameter`,
      { operation: `parameters: [{ name: X-A, in: ${place}, schema: { type: string }, example: ${value} }]` },
      ["parameter", HEADER_VALUE, value],
    ],
  ),
  ...['""', '"."', '".."'].map(
    (value): Rejection => [
      `the example ${value} of a path parameter`,
      { text: contractWith({}).replace("schema: { type: string } }", `schema: { type: string }, example: ${value} }`) },
      ["parameter", "A segment of a path can't be empty, '.' or '..'. Write another example.", value],
    ],
  ),
  [
    "an example in the schema of a response header",
    withHeaders('{ X-A: { schema: { type: string, example: "a\\nb" } } }'),
    ["response-header", HEADER_VALUE, '{ schema: { type: string, example: "a\\nb" } }'],
  ],
  ...[
    `schema: { type: string, pattern: ${SLOW} }, example`,
    `schema: { type: object, properties: { p: { pattern: ${SLOW}, example`,
  ].map(
    (start, index): Rejection => [
      `a pattern that takes too long for an example (${index + 1})`,
      {
        path: `put:\n  operationId: writeThing\n  requestBody: { content: { application/json: { ${start}: ${LONG}${index === 0 ? "" : " } } }"} } } }\n  responses: { "204": { description: ok } }`,
      },
      [
        "example-valid",
        "A pattern takes more than 1 s to check the example. Write the pattern with fewer repetitions.",
        LONG,
      ],
    ],
  ),
  ...["required: [constructor]", "dependentRequired: { a: [constructor] }"].map(
    (schema): Rejection => [
      schema,
      { schema },
      ["name", "'constructor' is a member of every object in JavaScript. Choose another name.", "constructor"],
    ],
  ),
]);
