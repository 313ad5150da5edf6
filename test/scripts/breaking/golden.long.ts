import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseContract } from "../../../scripts/generate/parse.ts";
import type { ContractDocument } from "../../../server/contract/document.ts";
import { verdicts } from "./verdicts.ts";

const SOURCE = readFileSync(new URL("../../../openapi.yaml", import.meta.url), "utf8");

type Edit = [from: string, to: string];

function documentWith(edits: readonly Edit[]): ContractDocument {
  const text = edits.reduce((source, [from, to]) => {
    if (!source.includes(from)) throw new Error(`The contract does not contain '${from}'.`);
    return source.replaceAll(from, to);
  }, SOURCE);
  const { contract } = parseContract(text);
  if (!contract) throw new Error("The edited contract can't be parsed.");
  return contract.document;
}

const UPN_TYPE =
  '        clientUpnKey:\n          type: [string, "null"]\n          maxLength: 255\n          description: >-\n';
const REQUEST = "SyncUserIdentityRequest";
const withProperty = (lines: string): Edit => [UPN_TYPE, `        shoe:\n${lines}${UPN_TYPE}`];
const NULLABLE =
  '          oneOf:\n            - $ref: "#/components/schemas/IdentityConnection"\n            - type: "null"\n';
const REFERENCE = '          $ref: "#/components/schemas/IdentityConnection"\n';
const ENUM = (values: string) => withProperty(`          type: string\n          enum: [${values}]\n`);
const NICKNAME =
  '        nickname:\n          type: [string, "null"]\n          maxLength: 100\n          description: At most 100 characters.\n        #';

const STATUS = '        "429":\n';
const SHOE = `${REQUEST}/properties/shoe`;
const UPN = `${REQUEST}/properties/clientUpnKey`;

const ROLE = withProperty('          $ref: "#/components/schemas/UserRole"\n');
const REQUIRED_OF_ROLE = "description: A role that a user has.\n      required: [id";
const USER = '        user:\n          $ref: "#/components/schemas/User"\n\n';
const PARTS: Edit = [USER, USER.replace(/\$ref: (.*)/, "allOf: [{ $ref: $1 }, { type: object }]")];
const BODY = "      requestBody:\n        required: true\n";

const GOLDEN: [title: string, expected: string[], ...revision: Edit[]][] = [
  [
    "an optional request property becomes required",
    ["major, breaks: required-properties-added IdentityAttribute/properties/value"],
    ["required: [key]", "required: [key, value]"],
  ],
  [
    "a required request property is added",
    [`major, breaks: required-properties-added ${SHOE}`, `minor, breaks: request-narrowed ${SHOE}`],
    withProperty("          type: string\n"),
    ["required: [audience, attributes, connection]", "required: [audience, attributes, connection, shoe]"],
  ],
  [
    "a response property is removed",
    ["major, breaks: property-removed User/properties/nickname"],
    [NICKNAME, "        #"],
  ],
  [
    "a value is added to a response's enum",
    ["major, breaks: enum-values-added User/properties/authenticationMethod/enum"],
    ["Email, Sms, null", "Email, Sms, Fax, null"],
  ],
  [
    "a request property no longer accepts null",
    [`major, breaks: schema-type-changed ${UPN}/type`],
    [UPN_TYPE, UPN_TYPE.replace('[string, "null"]', "string")],
  ],
  [
    "an optional request property is added",
    [`minor, compiles: element-added ${SHOE}`],
    withProperty("          type: integer\n"),
  ],
  [
    "the path parameter is renamed",
    ["patch, compiles: key-modified PATH", "patch, breaks: path-parameter-changed PATH/put/parameters/0/name"],
    ["{userId}", "{id}"],
    ["- name: userId", "- name: id"],
  ],
  ["a schema is renamed", ["patch, breaks: type-gone IdentityConnection"], ["IdentityConnection", "SignInConnection"]],
  [
    "the operation is renamed",
    ["patch, breaks: operation-gone PATH/put/operationId"],
    ["operationId: SyncUserIdentity", "operationId: SyncIdentity"],
  ],
  [
    "a response status is removed",
    ["major, breaks: response-removed PATH/put/responses/429"],
    [`${STATUS}          $ref: "#/components/responses/TooManyRequests"\n`, ""],
  ],
  [
    "a response status is added",
    ["minor, compiles: element-added PATH/put/responses/451"],
    [STATUS, `        "451":\n          $ref: "#/components/responses/NotFound"\n${STATUS}`],
  ],
  [
    "a component with a response is renamed",
    ["patch, compiles: key-modified #/components/responses/TooManyRequests"],
    ["TooManyRequests", "TooManyAttempts"],
  ],
  [
    "a limit is tightened",
    [`major, compiles: schema-constraint-changed ${UPN}/maxLength`],
    [UPN_TYPE, UPN_TYPE.replace("255", "25")],
  ],
  ["only a comment is added", [], ["openapi: 3.1.1", "# a comment\nopenapi: 3.1.1"]],
];

test.for(GOLDEN)("the verdicts are correct: %s", async ([, expected, ...revision]) => {
  expect(await verdicts(documentWith([]), documentWith(revision))).toEqual(expected);
});

const OTHER_BASES: [title: string, expected: string[], base: Edit, ...revision: Edit[]][] = [
  [
    "a value of a request's enum is removed",
    [`major, breaks: enum-values-removed ${SHOE}/enum`],
    ENUM("low, high"),
    ENUM("low"),
  ],
  [
    "the body of a request becomes required",
    ["major, breaks: request-body-became-required PATH/put/requestBody/required"],
    [BODY, BODY.replace("true", "false")],
  ],
  [
    "a schema that requests and responses use gets an optional property",
    ["major, breaks: required-properties-removed UserRole/properties/name"],
    ROLE,
    ROLE,
    [`${REQUIRED_OF_ROLE}, name]`, `${REQUIRED_OF_ROLE}]`],
  ],
  [
    "an object of a request no longer accepts null",
    [
      `patch, compiles: description-modified ${SHOE}`,
      `patch, compiles: required-modified ${SHOE}/properties/connectionId`,
      `major, breaks: schema-type-changed ${SHOE}`,
      `patch, breaks: request-narrowed ${SHOE}/oneOf`,
      "minor, breaks: request-narrowed IdentityConnection/properties",
    ],
    withProperty(NULLABLE),
    withProperty(REFERENCE),
  ],
  [
    "a property of a part of a response is removed",
    ["major, breaks: property-removed User/properties/nickname"],
    PARTS,
    PARTS,
    [NICKNAME, "        #"],
  ],
  [
    "a response no longer requires a property of a reference",
    ["application", "text"].map(
      (type) =>
        `major, breaks: required-properties-removed PATH/put/responses/200/content/${type}~1json/schema/properties/user`,
    ),
    ["required: [isAuthenticated, roles, user]", "required: [isAuthenticated, roles, user] # all"],
    ["required: [isAuthenticated, roles, user]", "required: [isAuthenticated, roles]"],
  ],
];

test.for(OTHER_BASES)("the verdicts are correct: %s", async ([, expected, base, ...revision]) => {
  expect(await verdicts(documentWith([base]), documentWith(revision))).toEqual(expected);
});
