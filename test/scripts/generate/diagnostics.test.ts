import { expect, test } from "vitest";
import { type Edit, refused } from "./project-copy.ts";

test("a required property that is not there, with the one that was meant", async () => {
  expect(await refused(["required: [key]", "required: [kye]"])).toMatchInlineSnapshot(`
    "openapi.yaml:785:18  error  no-required-schema-properties-undefined
      Required property 'kye' is not defined. Did you mean 'key'?
      784 |       description: One claim.
      785 |       required: [kye]
          |                  ^^^
    generated/ was not changed.  1 error.
    "
  `);
});

test("an operation that would vanish is named", async () => {
  expect(await refused(["operationId: Sync", "operationID: Sync"])).toMatchInlineSnapshot(`
    "openapi.yaml:29:7  error  struct
      Property 'operationID' is not expected here. Did you mean 'operationId'?
      28 |     put:
      29 |       operationID: SyncUserIdentity
         |       ^^^^^^^^^^^
    openapi.yaml:29:7  error  operation-operationId
      Without an operationId, SyncUserIdentity would vanish.
      28 |     put:
      29 |       operationID: SyncUserIdentity
         |       ^^^^^^^^^^^
    generated/ was not changed.  2 errors.
    "
  `);
  expect(await refused(["      operationId: SyncUserIdentity\n", ""])).toMatchInlineSnapshot(`
    "openapi.yaml:28:5  error  operation-operationId
      The operation has no operationId.
      27 |   /v1/users/{userId}/$sync:
      28 |     put:
         |     ^^^
    generated/ was not changed.  1 error.
    "
  `);
  expect(await refused(["operationId: Sync", "operationId: Sync-"])).toMatchInlineSnapshot(`
    "openapi.yaml:29:20  error  operation-operationId
      'Sync-UserIdentity' can't be a name in TypeScript: use letters, digits and _.
      28 |     put:
      29 |       operationId: Sync-UserIdentity
         |                    ^^^^^^^^^^^^^^^^^
    generated/ was not changed.  1 error.
    "
  `);
});

test("an unknown type, keyword and member, all in one run and in line order", async () => {
  const output = await refused(
    [
      "type: string\n            minLength: 1\n          example: u-ada",
      "type: sting\n            minLenght: 1\n          example: u-ada",
    ],
    ["          schema:\n            type: sting", "          shema:\n            type: sting"],
    ["type: boolean\n          description: False", "type: bolean\n          description: False"],
    ["maxLength: 255", "maxLenght: 255"],
  );
  expect(output).toMatchInlineSnapshot(`
    "openapi.yaml:67:11  error  struct
      Must contain at least one of the following fields: schema, content.
      66 |         # P: name, place, required. D: minLength.
      67 |         - name: userId
         |           ^^^^^^^^^^^^
    openapi.yaml:73:11  error  struct
      Property 'shema' is not expected here. Did you mean 'schema'?
      72 |             Control characters, \`.\` and \`..\` are refused with 400.
      73 |           shema:
         |           ^^^^^
    openapi.yaml:776:11  error  struct
      Property 'maxLenght' is not expected here. Did you mean 'maxLength'?
      775 |           type: [string, "null"]
      776 |           maxLenght: 255
          |           ^^^^^^^^^
    openapi.yaml:835:17  error  struct
      'type' can be one of the following only: "object", "array", "string", "number", "integer", "boolean", "null". Did you mean 'boolean'?
      834 |         isAuthenticated:
      835 |           type: bolean
          |                 ^^^^^^
    openapi.yaml:1025:11  error  struct
      Property 'maxLenght' is not expected here. Did you mean 'maxLength'?
      1024 |           type: [string, "null"]
      1025 |           maxLenght: 255
           |           ^^^^^^^^^
    openapi.yaml:1221:11  error  struct
      Property 'maxLenght' is not expected here. Did you mean 'maxLength'?
      1220 |           minLength: 1
      1221 |           maxLenght: 255
           |           ^^^^^^^^^
    generated/ was not changed.  6 errors.
    "
  `);
});

test("a reference to nothing, with the nearest name", async () => {
  expect(await refused(['/schemas/UserRole"', '/schemas/UserRol"'])).toMatchInlineSnapshot(`
    "openapi.yaml:841:19  error  no-unresolved-refs
      Nothing stands at '#/components/schemas/UserRol'. Did you mean 'UserRole'?
      840 |           items:
      841 |             $ref: "#/components/schemas/UserRol"
          |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    openapi.yaml:933:19  error  no-unresolved-refs
      Nothing stands at '#/components/schemas/UserRol'. Did you mean 'UserRole'?
      932 |           items:
      933 |             $ref: "#/components/schemas/UserRol"
          |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    openapi.yaml:1116:19  error  no-unresolved-refs
      Nothing stands at '#/components/schemas/UserRol'. Did you mean 'UserRole'?
      1115 |           items:
      1116 |             $ref: "#/components/schemas/UserRol"
           |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    generated/ was not changed.  3 errors.
    "
  `);
});

test("a path parameter of another name, with both names", async () => {
  expect(await refused(["- name: userId", "- name: userID"])).toMatchInlineSnapshot(`
    "openapi.yaml:65:7  error  path-parameters-defined
      The operation does not define the path parameter '{userId}' expected by path '/v1/users/{userId}/$sync'.
      64 |         - Basic: []
      65 |       parameters:
         |       ^^^^^^^^^^
    openapi.yaml:67:17  error  path-parameters-defined
      Path parameter 'userID' is not used in the path '/v1/users/{userId}/$sync'.
      66 |         # P: name, place, required. D: minLength.
      67 |         - name: userID
         |                 ^^^^^^
    generated/ was not changed.  2 errors.
    "
  `);
});

test("an unknown security scheme", async () => {
  expect(await refused(["- Basic: []", "- Basik: []"])).toMatchInlineSnapshot(`
    "openapi.yaml:64:11  error  security-defined
      There is no 'Basik' security scheme defined.
      63 |           ApplicationToken: []
      64 |         - Basik: []
         |           ^^^^^
    generated/ was not changed.  1 error.
    "
  `);
});

test("a pattern that is no regular expression, and a format that nobody checks", async () => {
  const output = await refused(
    ["          maxLength: 255", '          maxLength: 255\n          pattern: "([a-z"'],
    [
      '          type: [string, "null"]\n          format: email',
      '          type: [string, "null"]\n          format: emial',
    ],
  );
  expect(output).toMatchInlineSnapshot(`
    "openapi.yaml:777:20  error  schema-pattern
      Invalid regular expression: /([a-z/u: Unterminated character class.
      776 |           maxLength: 255
      777 |           pattern: "([a-z"
          |                    ^^^^^^^
    openapi.yaml:865:19  error  schema-format
      There is no format 'emial'. Did you mean 'email'?
      864 |           type: [string, "null"]
      865 |           format: emial
          |                   ^^^^^
    openapi.yaml:904:19  error  schema-format
      There is no format 'emial'. Did you mean 'email'?
      903 |           type: [string, "null"]
      904 |           format: emial
          |                   ^^^^^
    openapi.yaml:1027:20  error  schema-pattern
      Invalid regular expression: /([a-z/u: Unterminated character class.
      1026 |           maxLength: 255
      1027 |           pattern: "([a-z"
           |                    ^^^^^^^
    openapi.yaml:1224:20  error  schema-pattern
      Invalid regular expression: /([a-z/u: Unterminated character class.
      1223 |           maxLength: 255
      1224 |           pattern: "([a-z"
           |                    ^^^^^^^
    generated/ was not changed.  5 errors.
    "
  `);
});

test("a pattern outside the schemas, in a header", async () => {
  expect(await refused(["pattern: ^[\\x21-\\x7e]+$", "pattern: ^[\\x21-\\x7e+$"])).toMatchInlineSnapshot(`
    "openapi.yaml:182:18  error  schema-pattern
      Invalid regular expression: /^[\\x21-\\x7e+$/u: Unterminated character class.
      181 |         maxLength: 128
      182 |         pattern: ^[\\x21-\\x7e+$
          |                  ^^^^^^^^^^^^^
    generated/ was not changed.  1 error.
    "
  `);
});

test("nullable, which means nothing in 3.1", async () => {
  expect(
    await refused(["        customUpnValue:\n", "        customUpnValue:\n          nullable: true\n"]),
  ).toMatchInlineSnapshot(`
    "openapi.yaml:1028:11  error  struct
      Property 'nullable' is not expected here.
      1027 |         customUpnValue:
      1028 |           nullable: true
           |           ^^^^^^^^
    generated/ was not changed.  1 error.
    "
  `);
});

test("an example that no longer fits is pointed at", async () => {
  expect(await refused(["        isAuthenticated: true\n", "        isAuthenticated: 1\n"])).toMatchInlineSnapshot(`
    "openapi.yaml:388:26  error  example-valid
      The example 'synced' breaks its schema: must be boolean.
      387 |         familyName: Lovelace
      388 |         isAuthenticated: 1
          |                          ^
    generated/ was not changed.  1 error.
    "
  `);
});

test("a schema that strict Ajv does not take", async () => {
  const limit: Edit = ["          maxLength: 1024\n", "          maxItems: 1024\n"];
  expect(await refused(limit)).toMatchInlineSnapshot(`
    "openapi.yaml:1027:9  error  schema-compiles
      Ajv can't compile it: strict mode: missing type "array" for keyword "maxItems" (strictTypes).
      1026 |           description: Key of the client, at most 255 characters.
      1027 |         customUpnValue:
           |         ^^^^^^^^^^^^^^
    generated/ was not changed.  1 error.
    "
  `);
});
