import { expect, test } from "vitest";
import { BODY, KIND, NEW_BODY, type Row, TAGS, thingsWith } from "./things-contract.ts";
import { verdicts } from "./verdicts.ts";

const AT_GET = "#/paths/~1things~1{id}/get";
const AT_PUT = "#/paths/~1things~1{id}/put";
const AT_POST = "#/paths/~1things/post";
const SCHEMES = "#/components/securitySchemes";
const PERMISSIONS = "x-required-permissions";

/** Edits that the server enforces. */
const CHOICE = {
  "NEW oneOf": [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/Thing" }],
  "NEW discriminator": {
    propertyName: "id",
    mapping: { a: "#/components/schemas/A", b: "#/components/schemas/Thing" },
  },
};
const A = { type: "object", properties: { id: { const: "a" } } };

const DEFINED = { "NEW properties a": { $ref: "#/components/schemas/NewThing/$defs/A" } };

/** The first use of A accepts every object, the second is A. */
const USED_TWICE = {
  "PUT requestBody": {
    content: { "application/json": { schema: { anyOf: [{ type: "object" }, { $ref: "#/components/schemas/A" }] } } },
  },
  "POST requestBody": { content: { "application/json": { schema: { $ref: "#/components/schemas/A" } } } },
};

const ENFORCED: Row[] = [
  [
    "a schema requires another property, which breaks its second use only",
    ["major, compiles: required-properties-added A/properties/id"],
    { "components schemas A": { ...A, required: ["id"] }, ...USED_TWICE },
    { "components schemas A": A, ...USED_TWICE },
  ],
  [
    "a schema requires another property, which breaks no use",
    ["patch, compiles: required-modified A/properties/id"],
    { "components schemas A": { ...A, required: ["id"] }, ...USED_TWICE, "POST requestBody": NEW_BODY },
    { "components schemas A": A, ...USED_TWICE, "POST requestBody": NEW_BODY },
  ],
  [
    "a definition requires another property",
    ["major, breaks: required-properties-added NewThing/$defs/A/properties/id"],
    { "NEW $defs": { A: { ...A, required: ["id"] } }, ...DEFINED },
    { "NEW $defs": { A }, ...DEFINED },
  ],
  ["a definition that is not used changes", [], { "NEW $defs": { A } }, { "NEW $defs": { A: {} } }],
  [
    "an alternative that a discriminator refers to requires another property",
    ["major, compiles: required-properties-added A/properties/id"],
    { "components schemas A": { ...A, required: ["id"] }, ...CHOICE },
    { "components schemas A": A, ...CHOICE },
  ],
  [
    "a permission is no longer sufficient",
    [`major, compiles: permissions-changed ${AT_PUT}/${PERMISSIONS}`],
    { [`PUT ${PERMISSIONS}`]: ["read"] },
  ],
  [
    "another permission becomes sufficient",
    [`minor, compiles: permissions-changed ${AT_PUT}/${PERMISSIONS}`],
    { [`PUT ${PERMISSIONS}`]: ["read", "admin", "write"] },
  ],
  [
    "permissions become required",
    [`major, compiles: permissions-changed ${AT_PUT}/${PERMISSIONS}`],
    {},
    { [`PUT ${PERMISSIONS}`]: undefined },
  ],
  [
    "permissions are no longer required",
    [`minor, compiles: permissions-changed ${AT_PUT}/${PERMISSIONS}`],
    { [`PUT ${PERMISSIONS}`]: [] },
  ],
  [
    "an alternative of the credentials is removed",
    [`major, compiles: security-requirement-changed ${AT_PUT}/security`],
    { "PUT security": [{ Token: [] }] },
  ],
  [
    "credentials are required together",
    [`major, compiles: security-requirement-changed ${AT_PUT}/security`],
    { "PUT security": [{ Key: [], Token: [] }] },
  ],
  [
    "an alternative requires a scope",
    [`major, compiles: security-requirement-changed ${AT_PUT}/security`],
    { "PUT security 1": { Token: ["things"] } },
  ],
  [
    "an alternative no longer requires a scope",
    [`minor, compiles: security-requirement-changed ${AT_PUT}/security`],
    {},
    { "PUT security 1": { Token: ["things"] } },
  ],
  [
    "credentials become required by the security of the document",
    ["major, compiles: security-requirement-changed #/paths/~1things/post/security"],
    { security: [{ Key: [] }], "POST security": undefined },
    { "POST security": [] },
  ],
  [
    "requests without credentials are accepted",
    [`minor, compiles: security-requirement-changed ${AT_PUT}/security`],
    { "PUT security 2": {} },
  ],
  [
    "a security scheme reads another header",
    [
      `patch, compiles: name-modified ${SCHEMES}/Key/name`,
      `major, compiles: security-requirement-changed ${AT_GET}/security`,
      `major, compiles: security-requirement-changed ${AT_PUT}/security`,
      `major, compiles: security-requirement-changed ${AT_POST}/security`,
    ],
    { "components securitySchemes Key": { type: "apiKey", in: "header", name: "X-New" } },
    { "components securitySchemes Key": { type: "apiKey", in: "header", name: "X-Old" } },
  ],
  [
    "undeclared query parameters are rejected",
    [`major, compiles: unknown-query-changed ${AT_GET}/x-allow-unknown-query`],
    {},
    { "GET x-allow-unknown-query": true },
  ],
  [
    "a value of a query parameter is removed",
    [`major, breaks: enum-values-removed ${AT_GET}/parameters/1/schema/enum`],
    { "GET parameters 1 schema enum": ["a"] },
  ],
  [
    "a required query parameter is added",
    [`major, breaks: parameter-became-required ${AT_GET}/parameters/2`],
    { "GET parameters 2": { ...KIND, name: "size", required: true } },
  ],
  [
    "a request body becomes required in a component",
    [
      "patch, compiles: element-added #/components/requestBodies",
      `major, breaks: request-body-became-required ${AT_POST}/requestBody`,
    ],
    {
      "components requestBodies": { New: { ...NEW_BODY, required: true } },
      "POST requestBody": { $ref: "#/components/requestBodies/New" },
    },
  ],
  [
    "a required request body is added",
    [`major, breaks: request-body-became-required ${AT_GET}/requestBody`],
    { "GET requestBody": BODY },
  ],
  [
    "a response header becomes optional",
    [`major, compiles: response-header-became-optional ${AT_POST}/responses/201/headers/Location/required`],
    { "POST responses 201 headers Location required": false },
  ],
  [
    "the number of items is limited",
    ["major, compiles: schema-constraint-changed Thing/properties/tags"],
    { "THING properties tags maxItems": 9 },
  ],
  [
    "a property of requests and responses becomes read-only",
    ["major, compiles: property-became-read-only Thing/properties/tags"],
    { "THING properties tags readOnly": true },
  ],
  [
    "a property of requests and responses becomes write-only",
    ["major, compiles: property-became-write-only Thing/properties/tags"],
    { "THING properties tags writeOnly": true },
  ],
  [
    "a required property is no longer read-only",
    ["major, compiles: required-properties-added Thing/properties/id/readOnly"],
    {},
    { "THING properties id readOnly": true },
  ],
  [
    "a property requires another one",
    ["major, compiles: schema-constraint-changed NewThing/dependentRequired/name"],
    { "NEW dependentRequired": { name: ["tags", "id"] } },
    { "NEW dependentRequired": { name: ["tags"] } },
  ],
  [
    "names of properties are restricted by a pattern",
    ["major, compiles: schema-constraint-changed NewThing/patternProperties/^y"],
    { "NEW patternProperties": { "^x": {}, "^y": false } },
    { "NEW patternProperties": { "^x": {} } },
  ],
  [
    "the minimum of matching items is raised",
    ["major, compiles: schema-constraint-changed Thing/properties/tags"],
    { "THING properties tags": { ...TAGS, contains: { const: "a" }, minContains: 2 } },
    { "THING properties tags": { ...TAGS, contains: { const: "a" } } },
  ],
  [
    "a negated schema accepts more",
    ["major, compiles: schema-condition-changed NewThing/properties/name/not/minLength"],
    { "NEW properties name not": { minLength: 5 } },
    { "NEW properties name not": { minLength: 9 } },
  ],
];

test.for(ENFORCED)("the verdicts are correct: %s", async ([, expected, revision, base = {}]) => {
  expect(await verdicts(thingsWith(base), thingsWith(revision))).toEqual(expected);
});
