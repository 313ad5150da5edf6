import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

testRejections([
  [
    "a header parameter that is an API key",
    {
      text: contractWith({ operation: "parameters: [{ name: x-key, in: header, schema: { type: string } }]" }).replace(
        "{ type: http, scheme: bearer }",
        "{ type: apiKey, in: header, name: X-Key }",
      ),
    },
    ["parameter", "The header 'x-key' is an API key. Remove the parameter: the security scheme describes it.", "x-key"],
  ],
  ...["größe", "id*"].map(
    (name): Rejection => [
      `the path parameter ${name}`,
      { text: contractWith({}).replace("{id}", `{${name}}`).replace("name: id", `name: "${name}"`) },
      [
        "path",
        `The name of the parameter '{${name}}' must consist of ASCII letters, digits, '_', '.' and '-'. Rename it.`,
        `/things/{${name}}`,
      ],
    ],
  ),
  [
    "a path parameter with such a name that no path has",
    { operation: 'parameters:\n  - { name: "id*", in: path, required: true, schema: { type: string } }' },
    ["path-parameters-defined", "Path parameter 'id*' is not used in the path '/things/{id}'.", '"id*"'],
  ],
  ...["__proto__", "constructor"].map(
    (name): Rejection => [
      `a header parameter with the name ${name}`,
      { operation: `parameters:\n  - { name: ${name}, in: header, schema: { type: string } }` },
      ["parameter", `'${name}' is a member of every object in JavaScript. Choose another name.`, name],
    ],
  ),
  ...["/livez", "/readyz", "/metrics"].map(
    (path): Rejection => [
      `the path ${path}`,
      {
        text: contractWith({})
          .replace("/things/{id}", path)
          .replace(/^ {4}parameters:\n.*\n/m, ""),
      },
      ["path", `'${path}' is a path of the server itself. Choose another one.`, path],
    ],
  ),
  [
    "an operationId that makes the client a promise",
    { path: 'put: { operationId: Then, responses: { "204": { description: ok } } }' },
    [
      "operation-operationId",
      "A method 'then' would make the client a promise in JavaScript. Write another word.",
      "Then",
    ],
  ],
  ...["..", ".", "%2E"].map(
    (segment): Rejection => [
      `the segment ${segment} of a path`,
      { text: contractWith({}).replace("/things/{id}", `/things/${segment}/{id}`) },
      [
        "path",
        `Clients remove the segment '${segment}' of a path. Write the path without it.`,
        `/things/${segment}/{id}`,
      ],
    ],
  ),
  [
    "two header parameters that differ in case",
    {
      operation:
        "parameters:\n  - { name: X-A, in: header, schema: { type: string } }\n  - { name: x-a, in: header, schema: { type: string } }",
    },
    [
      "parameter",
      "'X-A' and 'x-a' are the same header. Remove one.",
      "{ name: x-a, in: header, schema: { type: string } }",
    ],
  ],
  [
    "two response headers that differ in case",
    {
      text: contractWith({}).replace(
        "The thing.",
        "The thing.\n          headers: { X-A: { schema: { type: string } }, x-a: { schema: { type: string } } }",
      ),
    },
    ["response-header", "'X-A' and 'x-a' are the same header. Remove one.", "x-a"],
  ],
  ...[
    ["X Key", "'X Key' is no name of a header. Write letters, digits and '-'."],
    ["Content-Length", "The header 'Content-Length' belongs to HTTP itself. Remove it, or choose another name."],
  ].map(
    ([name = "", message = ""]): Rejection => [
      `an API key in the header ${name}`,
      {
        text: contractWith({}).replace("{ type: http, scheme: bearer }", `{ type: apiKey, in: header, name: ${name} }`),
      },
      ["security-scheme", message, name],
    ],
  ),
]);
