import { contractWith } from "./contract-folder.ts";
import { type Rejection, testRejections } from "./rejection.ts";

const query = (text: string) => ({ operation: `parameters:\n  - { name: q, in: query, ${text} }` });
const body = (mediaType: string) => ({
  path: `put:\n  operationId: writeThing\n  requestBody: { content: { ${mediaType}: {} } }\n  responses: { "204": { description: ok } }`,
});
const scheme = (text: string) => ({
  text: contractWith({}).replace("{ type: http, scheme: bearer }", text),
});

testRejections([
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
    "a permission that is required of requests without credentials",
    { operation: "security: [{ Token: [] }, {}]\nx-required-permissions: [admin]" },
    [
      "security-defined",
      "'security' accepts requests without credentials, which have no permission. Remove 'x-required-permissions', or require credentials.",
      "x-required-permissions",
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
    ["security-scheme", "An API key in a cookie is not supported. Write 'in: header'.", "cookie"],
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
    "a scope that no flow of the scheme has",
    {
      text: contractWith({ operation: "security: [{ Login: [write, wriet, admin] }]" }).replace(
        "{ type: http, scheme: bearer }",
        "&login { type: oauth2, flows: { implicit: { authorizationUrl: https://a.example, scopes: { write: ok } } } }\n    Login: *login",
      ),
    },
    ["security-scope", "No flow of 'Login' has the scope 'wriet'. Did you mean 'write'?", "wriet"],
    ["security-scope", "No flow of 'Login' has the scope 'admin'. Add it to the 'scopes' of a flow.", "admin"],
  ],
  [
    "an alternative of Basic and a Bearer token",
    {
      text: contractWith({ operation: "security: [{ Token: [], Key: [] }]" }).replace(
        "securitySchemes:",
        "securitySchemes:\n    Key: { type: http, scheme: basic }",
      ),
    },
    [
      "security-scheme",
      "'Key' and 'Token' can't be sent together in the header Authorization. Write an item for each.",
      "{ Token: [], Key: [] }",
    ],
  ],
  [
    "the body of a GET",
    { operation: "requestBody: { content: { application/json: {} } }" },
    [
      "operation-method",
      "The body of a GET can't be sent with fetch. Write query parameters, or the method POST.",
      "requestBody",
    ],
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
    [
      "parameter",
      "The style 'deepObject' is not supported in query. Write a parameter for each property, such as 'q[id]'.",
      "deepObject",
    ],
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
  ].map(
    (mediaType): Rejection => [
      `a request body of ${mediaType}`,
      body(mediaType),
      [
        "media-type",
        `'${mediaType}' is not supported in a request. Request bodies must be JSON. Write 'application/json', or remove it.`,
        mediaType,
      ],
    ],
  ),
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
      "The operation has no security requirement, nor has the document. Write 'security: []' in one of them if it needs no credentials.",
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
  ...["safeReadThing", "safe read thing"].map(
    (id): Rejection => [
      `the operationId ${id} beside readThing`,
      { path: `put:\n  operationId: ${id}\n  responses: { "204": { description: ok } }` },
      [
        "operation-operationId",
        `'${id}' and 'readThing' both have the method 'safeReadThing' in the client. Rename one.`,
        id,
      ],
    ],
  ),
  ...["below", "above"].map((side): Rejection => {
    const reference = '\n  /people/{id}: { $ref: "#/paths/~1things~1{id}" }';
    const where = side === "below" ? /(?=\ncomponents:)/ : /(?<=\npaths:)/;
    return [
      `an operation at two paths, with the reference ${side} the path`,
      { text: contractWith({}).replace(where, reference) },
      [
        "operation-operationId",
        "'readThing' is also the GET of '/things/{id}'. Describe each path on its own.",
        "/people/{id}",
      ],
    ];
  }),
  ...["600", "4xx"].map(
    (status): Rejection => [
      `a response of ${status}`,
      { path: `put:\n  operationId: writeThing\n  responses: { ${status}: { description: ok } }` },
      ["operation-responses", `'${status}' is no status. Write 200 to 599, 4XX or default.`, status],
    ],
  ),
  [
    "an operation without responses",
    { path: "put: { operationId: writeThing }" },
    ["operation-responses", "The operation declares no response. Write each status that it returns.", "put"],
  ],
  [
    "an interim response",
    { text: contractWith({}).replace('"200"', '"102"') },
    [
      "operation-responses",
      "The status 102 is not the end of a response. Remove it, or write the status that follows.",
      '"102"',
    ],
  ],
  ...[
    ["/a?b={id}", "A path has no query and no fragment. Declare query parameters of the operation."],
    ["/a%/{id}", "'%' must be followed by two digits in a path. Write '%25'."],
    ["/ä/{id}", "'ä' is not allowed in a path. Write '%C3%A4'."],
    ["/{id}/{id}", "The path has the parameter '{id}' twice. Rename one."],
  ].map(
    ([path = "", message = ""]): Rejection => [
      `the path ${path}`,
      { text: contractWith({}).replace("/things/{id}", path) },
      ["path", message, path],
    ],
  ),
  ...[
    "2026-11",
    "2026-11-26",
    "1.0",
    "1",
    "v1.0.0",
    "1.0.0.0",
    "01.2.3",
    "1.0.0-",
    "1.0.0-rc..1",
    "1.0.0-01",
    "1.0.0+",
    "latest",
    " 1.0.0",
  ].map(
    (version): Rejection => [
      `the version '${version}'`,
      { text: contractWith({}).replace("version: 1.0.0", `version: "${version}"`) },
      ["info-version", `'${version}' is no semantic version. Write major, minor and patch: '1.0.0'.`, `"${version}"`],
    ],
  ),
]);
