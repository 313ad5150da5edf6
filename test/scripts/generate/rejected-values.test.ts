import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const without = (key: string) => `'${key}' has no value. Write one, or remove it.`;

testRejections([
  [
    "null as a security scheme",
    { text: contractWith({}).replace("{ type: http, scheme: bearer }", "null") },
    ["security-defined", "There is no 'Token' security scheme defined.", "Token"],
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
]);
