import { expect, test } from "vitest";
import { BODY, GET, ID, KIND, OK, PUT, type Row, TAGS, THINGS, thingsWith } from "./things-contract.ts";
import { verdicts } from "./verdicts.ts";

const AT_PUT = "#/paths/~1things~1{id}/put";
const SCHEMES = "#/components/securitySchemes";
const PERMISSIONS = "x-required-permissions";

/** Edits that change nothing for callers. */
const EQUIVALENT: Row[] = [
  [
    "parameters move to their path",
    [],
    { "ITEM parameters": [ID], "GET parameters": [KIND], "PUT parameters": undefined },
  ],
  [
    "a parameter moves to the components",
    ["patch, compiles: element-added #/components/parameters"],
    {
      "components parameters": { Id: ID },
      "GET parameters 0": { $ref: "#/components/parameters/Id" },
      "PUT parameters 0": { $ref: "#/components/parameters/Id" },
    },
  ],
  [
    "a path moves to the components",
    [],
    {
      "components pathItems": { Thing: { parameters: [ID], get: { ...GET, parameters: [KIND] }, put: PUT } },
      ITEM: { $ref: "#/components/pathItems/Thing" },
    },
  ],
  [
    "a request body and a response move to the components",
    [
      "patch, compiles: element-added #/components/requestBodies",
      "patch, compiles: element-added #/components/responses",
    ],
    {
      "components requestBodies": { Thing: BODY },
      "components responses": { Thing: OK },
      "PUT requestBody": { $ref: "#/components/requestBodies/Thing" },
      "PUT responses 200": { $ref: "#/components/responses/Thing" },
    },
  ],
  [
    "a property is split off into a schema",
    ["patch, compiles: element-added Tags"],
    {
      "components schemas Tags": TAGS,
      "THING properties tags": { $ref: "#/components/schemas/Tags" },
      "NEW properties tags": { $ref: "#/components/schemas/Tags" },
    },
  ],
  [
    "a property is split off into a definition of its schema",
    ["minor, compiles: element-added Thing/$defs"],
    {
      "THING $defs": { Id: { type: "string" } },
      "THING properties id": { $ref: "#/components/schemas/Thing/$defs/Id" },
    },
  ],
  ["a reference is replaced by its target", [], { "NEW properties tags": TAGS }],
  [
    "a reference is wrapped in allOf",
    [
      "patch, compiles: type-modified NewThing/type",
      `patch, compiles: allOf-modified #/paths/~1things/post/requestBody/content/application~1json/schema/allOf`,
      "patch, compiles: element-removed NewThing/properties",
    ],
    { "POST requestBody content application/json schema": { allOf: [{ $ref: "#/components/schemas/NewThing" }] } },
  ],
  [
    "a property gets a default",
    ["patch, compiles: default-modified NewThing/properties/name"],
    { "NEW properties name default": "Ada" },
  ],
  [
    "the default values of keywords are written out",
    ["patch, compiles: minLength-modified NewThing/properties/name"],
    { "GET parameters 1 style": "form", "GET parameters 1 explode": true, "NEW properties name minLength": 0 },
  ],
  [
    "parameters and permissions change their order",
    [],
    {
      "GET parameters": [KIND, ID],
      [`PUT ${PERMISSIONS}`]: ["admin", "read"],
    },
  ],
  [
    "members change their order",
    [],
    {
      paths: Object.fromEntries(Object.entries(THINGS.paths).reverse()),
      PUT: Object.fromEntries(Object.entries(PUT).reverse()),
    },
  ],
  [
    "the security of the operations moves to the document",
    [],
    {
      security: PUT.security,
      "GET security": undefined,
      "PUT security": undefined,
      "POST security": undefined,
    },
  ],
  [
    "bearer tokens come from OpenID Connect",
    [
      `patch, compiles: scheme-modified ${SCHEMES}/Token/scheme`,
      `patch, compiles: type-modified ${SCHEMES}/Token/type`,
    ],
    { "components securitySchemes Token": { type: "openIdConnect" } },
  ],
  [
    "a security scheme is renamed",
    [`patch, compiles: key-modified ${SCHEMES}/Key`],
    {
      "components securitySchemes Key": undefined,
      "components securitySchemes ApiKey": { type: "http", scheme: "basic" },
      "GET security 0": { ApiKey: [] },
      "PUT security 0": { ApiKey: [] },
      "POST security 0": { ApiKey: [] },
    },
  ],
  [
    "a format that no validator checks is added",
    ["patch, compiles: format-modified NewThing/properties/name"],
    { "NEW properties name format": "password" },
  ],
];

const OPERATIONS: Row[] = [
  ["an operation is removed", [`major, breaks: operation-removed ${AT_PUT}`], { PUT: undefined }],
  ["a path is removed", ["major, breaks: path-removed #/paths/~1things"], { "paths /things": undefined }],
  [
    "an operation is added",
    ["minor, compiles: element-added #/paths/~1things/get"],
    { "paths /things get": { ...GET, operationId: "listThings", parameters: [] } },
  ],
  [
    "a media type of a request is added",
    [`minor, compiles: element-added ${AT_PUT}/requestBody/content/text~1json`],
    { "PUT requestBody content text/json": { schema: { type: "object" } } },
  ],
  [
    "a path is added",
    ["minor, compiles: element-added #/paths/~1others~1{id}"],
    { "paths /others/{id}": { get: { ...GET, operationId: "getOther" } } },
  ],
  [
    "the parameters of one path change for both of its operations",
    ["major, compiles: schema-constraint-changed #/paths/~1things~1{id}/parameters/0/schema"],
    {
      "ITEM parameters": [{ ...ID, schema: { type: "string", maxLength: 9 } }],
      "GET parameters": [KIND],
      "PUT parameters": undefined,
    },
    { "ITEM parameters": [ID], "GET parameters": [KIND], "PUT parameters": undefined },
  ],
];

test.for([...EQUIVALENT, ...OPERATIONS])("the verdicts are correct: %s", async ([, expected, revision, base = {}]) => {
  expect(await verdicts(thingsWith(base), thingsWith(revision))).toEqual(expected);
});
