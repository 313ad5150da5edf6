import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pointerText } from "../../../scripts/breaking/change.ts";
import { compareContracts } from "../../../scripts/breaking/compare-contracts.ts";
import { sourceChanges } from "../../../scripts/breaking/source-changes.ts";
import { parseContract } from "../../../scripts/generate/parse.ts";
import type { ContractDocument } from "../../../server/contract/document.ts";

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

/** Each change as one line: wire verdict, source verdict, rule, pointer. */
async function verdicts(base: readonly Edit[], revision: readonly Edit[]): Promise<string[]> {
  const changes = await compareContracts(documentWith(base), documentWith(revision));
  return changes.map(
    ({ wire, breaksSource, rule, subject }) =>
      `wire ${wire}, source ${breaksSource ? "breaks" : "compiles"}: ${rule} ${pointerText(subject)}`,
  );
}

const UPN_TYPE =
  '        clientUpnKey:\n          type: [string, "null"]\n          maxLength: 255\n          description: >-\n';
const REQUEST = "/components/schemas/SyncUserIdentityRequest";
const withProperty = (lines: string): Edit => [UPN_TYPE, `        shoe:\n${lines}${UPN_TYPE}`];
const NULLABLE =
  '          oneOf:\n            - $ref: "#/components/schemas/IdentityConnection"\n            - type: "null"\n';
const REFERENCE = '          $ref: "#/components/schemas/IdentityConnection"\n';
const ENUM = (values: string) => withProperty(`          type: string\n          enum: [${values}]\n`);
const NICKNAME =
  '        nickname:\n          type: [string, "null"]\n          maxLength: 100\n          description: At most 100 characters.\n        #';

const GOLDEN: [title: string, base: Edit[], revision: Edit[], expected: string[]][] = [
  [
    "an optional request property becomes required",
    [],
    [["required: [key]", "required: [key, value]"]],
    ["wire major, source breaks: required-properties-added #/components/schemas/IdentityAttribute/properties/value"],
  ],
  [
    "a required request property is added",
    [],
    [
      withProperty("          type: string\n"),
      ["required: [audience, attributes, connection]", "required: [audience, attributes, connection, shoe]"],
    ],
    [
      `wire major, source breaks: required-properties-added #${REQUEST}/properties/shoe`,
      `wire minor, source breaks: request-narrowed #${REQUEST}/properties/shoe`,
    ],
  ],
  [
    "a value of a request's enum is removed",
    [ENUM("low, high")],
    [ENUM("low")],
    [`wire major, source breaks: enum-values-removed #${REQUEST}/properties/shoe/enum`],
  ],
  [
    "a response property is removed",
    [],
    [[NICKNAME, "        #"]],
    ["wire major, source breaks: property-removed #/components/schemas/User/properties/nickname"],
  ],
  [
    "a value is added to a response's enum",
    [],
    [["Email, Sms, null", "Email, Sms, Fax, null"]],
    ["wire major, source breaks: enum-values-added #/components/schemas/User/properties/authenticationMethod/enum"],
  ],
  [
    "a request property no longer accepts null",
    [],
    [[UPN_TYPE, UPN_TYPE.replace('[string, "null"]', "string")]],
    [`wire major, source breaks: schema-type-changed #${REQUEST}/properties/clientUpnKey/type`],
  ],
  [
    "an optional request property is added",
    [],
    [withProperty("          type: integer\n")],
    [`wire minor, source compiles: element-added #${REQUEST}/properties/shoe`],
  ],
  [
    "the path parameter is renamed",
    [],
    [
      ["{userId}", "{id}"],
      ["- name: userId", "- name: id"],
    ],
    [
      "wire patch, source compiles: key-modified #/paths/~1v1~1users~1{userId}~1$sync",
      "wire patch, source breaks: path-parameter-changed #/paths/~1v1~1users~1{userId}~1$sync/put/parameters/0/name",
    ],
  ],
  [
    "a schema is renamed",
    [],
    [["IdentityConnection", "SignInConnection"]],
    ["wire patch, source breaks: type-gone #/components/schemas/IdentityConnection"],
  ],
  [
    "the operation is renamed",
    [],
    [["operationId: SyncUserIdentity", "operationId: SyncIdentity"]],
    ["wire patch, source breaks: operation-gone #/paths/~1v1~1users~1{userId}~1$sync/put/operationId"],
  ],
  [
    "a response status is removed",
    [],
    [['        "429":\n          $ref: "#/components/responses/TooManyRequests"\n', ""]],
    ["wire major, source breaks: response-removed #/paths/~1v1~1users~1{userId}~1$sync/put/responses/429"],
  ],
  [
    "a response status is added",
    [],
    [['        "429":\n', '        "451":\n          $ref: "#/components/responses/NotFound"\n        "429":\n']],
    ["wire minor, source compiles: element-added #/paths/~1v1~1users~1{userId}~1$sync/put/responses/451"],
  ],
  [
    "a limit is tightened",
    [],
    [[UPN_TYPE, UPN_TYPE.replace("255", "25")]],
    [`wire major, source compiles: schema-constraint-changed #${REQUEST}/properties/clientUpnKey/maxLength`],
  ],
  ["only a comment is added", [], [["openapi: 3.1.1", "# a comment\nopenapi: 3.1.1"]], []],
];

test.for(GOLDEN)("%s", async ([, base, revision, expected]) => {
  expect(await verdicts(base, revision)).toEqual(expected);
});

test("an object that no longer accepts null is reported, although its type was compared before", async () => {
  const [base, revision] = [NULLABLE, REFERENCE].map((lines) => documentWith([withProperty(lines)]));
  const changes = await sourceChanges(base ?? documentWith([]), revision ?? documentWith([]));
  expect(changes.map(({ rule, subject }) => `${rule} ${pointerText(subject)}`)).toEqual([
    `request-narrowed #${REQUEST}/properties/shoe`,
  ]);
});
