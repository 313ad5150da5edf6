import { expect, test } from "vitest";
import { contractFolder, contractWith } from "./contract-folder.ts";

type Parts = Parameters<typeof contractWith>[0];

/** The problems as rule, message and the first underlined characters. Each must be at the place that its frame shows. */
function problemsIn(output: string) {
  const found = output.matchAll(
    /^\S+:\d+:\d+ {2}error {2}(\S+)\n {2}(.+)\n(?: +\d+ \|.*\n)? +\d+ \| ?(.*)\n +\| ( *)(\^+)$/gm,
  );
  return Array.from(found, ([, rule, message, text = "", indent = "", marks = ""]) => [
    rule,
    message,
    text.slice(indent.length, indent.length + marks.length),
  ]);
}

const query = (text: string) => ({ operation: `parameters:\n  - { name: q, in: query, ${text} }` });
const body = (mediaType: string) => ({
  path: `put:\n  operationId: writeThing\n  requestBody: { content: { ${mediaType}: {} } }\n  responses: { "204": { description: ok } }`,
});
const scheme = (text: string) => ({
  text: contractWith({}).replace("{ type: http, scheme: bearer }", text),
});
const property = (text: string) => ({ schema: `properties:\n  p: ${text}` });

const CASES: [title: string, parts: Parts & { text?: string }, ...expected: [string, string, string][]][] = [
  [
    "a misspelt extension of our own",
    { operation: "x-required-permission: [admin]\nx-allow-unknown-querys: true" },
    [
      "extension",
      "'x-required-permission' is probably misspelt. Write 'x-required-permissions'.",
      "x-required-permission",
    ],
    [
      "extension",
      "'x-allow-unknown-querys' is probably misspelt. Write 'x-allow-unknown-query'.",
      "x-allow-unknown-querys",
    ],
  ],
  [
    "an extension of our own that is no member of an operation",
    { path: "x-required-permissions: [admin]" },
    ["extension", "'x-required-permissions' has no effect here. Write it in each operation.", "x-required-permissions"],
  ],
  [
    "required permissions that are no list",
    { operation: "x-required-permissions: admin" },
    ["extension", "'x-required-permissions' must be a list of strings, for example [user.write].", "admin"],
  ],
  [
    "a required permission that is no string",
    { operation: "x-required-permissions: [admin, 7]\nx-allow-unknown-query: yes" },
    ["extension", "'x-required-permissions' must be a list of strings, for example [user.write].", "7"],
    ["extension", "'x-allow-unknown-query' must be true or false.", "yes"],
  ],
  [
    "an API key in the query",
    scheme("{ type: apiKey, in: query, name: key }"),
    [
      "security-scheme",
      "An API key in a query is not supported, because it ends up in logs. Write 'in: header'.",
      "query",
    ],
  ],
  [
    "an API key in a cookie",
    scheme("{ type: apiKey, in: cookie, name: key }"),
    [
      "security-scheme",
      "An API key in a cookie is not supported, because it ends up in logs. Write 'in: header'.",
      "cookie",
    ],
  ],
  [
    "mutual TLS",
    scheme("{ type: mutualTLS }"),
    [
      "security-scheme",
      "'mutualTLS' is not supported. Use 'http' with the scheme 'bearer' or 'basic', or an apiKey.",
      "mutualTLS",
    ],
  ],
  [
    "another HTTP scheme",
    scheme("{ type: http, scheme: digest }"),
    ["security-scheme", "The HTTP scheme 'digest' is not supported. Write 'bearer' or 'basic'.", "digest"],
  ],
  [
    "a cookie parameter",
    { operation: "parameters:\n  - { name: c, in: cookie, schema: { type: string } }" },
    ["parameter", "Cookie parameters are not supported. Use a header, or a security scheme.", "cookie"],
  ],
  [
    "a header that OpenAPI ignores",
    { operation: "parameters:\n  - { name: Authorization, in: header, schema: { type: string } }" },
    ["parameter", "OpenAPI ignores the header parameter 'Authorization'. Write a security scheme.", "Authorization"],
  ],
  [
    "another style",
    query("style: deepObject, schema: { type: string }"),
    ["parameter", "The style 'deepObject' is not supported in query. Write 'form'.", "deepObject"],
  ],
  [
    "an object in the query",
    query("schema: { type: object }"),
    [
      "parameter",
      "An object is not supported in query. Write one parameter for each of its properties.",
      "{ type: object }",
    ],
  ],
  [
    "a parameter with content",
    query("content: { application/json: {} }"),
    ["parameter", "A parameter with 'content' is not supported. Write a 'schema'.", "{ application/json: {} }"],
  ],
  [
    "an optional path parameter",
    { text: contractWith({}).replace("required: true", "required: false") },
    ["parameter", "The path parameter 'id' is always present. Write 'required: true'.", "false"],
  ],
  ...[
    "application/x-ndjson",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
    "image/png",
  ].map((mediaType): (typeof CASES)[number] => [
    `a request body of ${mediaType}`,
    body(mediaType),
    [
      "media-type",
      `'${mediaType}' is not supported in a request. Request bodies must be JSON. Write 'application/json', or remove it.`,
      mediaType,
    ],
  ]),
  [
    "a method that is not served",
    { path: 'trace:\n  operationId: traceThing\n  responses: { "200": { description: ok } }' },
    ["operation-method", "The method TRACE is not supported. Use GET, PUT, POST, PATCH, DELETE.", "trace"],
  ],
  [
    "an operation without a security requirement",
    { text: contractWith({}).replace("security: [{ Token: [] }]\n", "") },
    [
      "security-defined",
      "The operation has no security requirement. Write 'security: []' if it needs no credentials.",
      "get",
    ],
  ],
  [
    "two operations with one method of the client",
    { path: 'put:\n  operationId: read-thing\n  responses: { "204": { description: ok } }' },
    [
      "operation-operationId",
      "'read-thing' and 'readThing' both have the method 'readThing' in the client. Rename one.",
      "read-thing",
    ],
  ],
  [
    "a version that is not semantic",
    { text: contractWith({}).replace("version: 1.0.0", 'version: "2026-11"') },
    ["info-version", "'2026-11' is no semantic version. Write major, minor and patch: '1.0.0'.", '"2026-11"'],
  ],
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
  ].map(([low, high]): (typeof CASES)[number] => [
    `${low} above ${high}`,
    property(`{ ${low}: 5, ${high}: 4 }`),
    ["schema-contradiction", `'${low}' is 5 and '${high}' is 4, so no value is valid. Exchange or correct them.`, "5"],
  ]),
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
    "a format that is nearly a known one, and an invalid pattern of property names",
    property('{ type: object, properties: { at: { format: datetime } }, patternProperties: { "[a": {} } }'),
    ["schema-format", "Unknown format 'datetime'. Did you mean 'date-time'?", "datetime"],
    ["schema-pattern", "Invalid regular expression: /[a/u: Unterminated character class.", '"[a"'],
  ],
  [
    "a discriminator with an unknown schema",
    { schema: "discriminator: { propertyName: kind, mapping: { a: Thin } }" },
    ["no-unresolved-refs", "'#/components/schemas/Thin' does not exist. Did you mean 'Thing'?", "Thin"],
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
];

test.for(CASES)("%s is reported at its place with what to write", async ([, { text, ...parts }, ...expected]) => {
  const folder = await contractFolder({ "openapi.yaml": text ?? contractWith(parts) });
  const { code, output } = await folder.generate();
  expect(problemsIn(output)).toEqual(expected);
  expect(code).toBe(2);
});

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
