import { expect, test } from "vitest";
import { OPERATIONS } from "../../../generated/operations.ts";
import { copyProject, type Edit, refused } from "./project-copy.ts";

type Problem = [rule: string, message: string, underlined: string];

const PROBLEM = /^(\S+):(\d+):(\d+) {2}error {2}(\S+)\n {2}(.+)\n(?: +\d+ \|.*\n)? +(\d+) \| ?(.*)\n +\| ( *)(\^+)$/gm;

/** The printed problems. Every position must be that of its frame, and every frame must quote the file. */
function problemsIn(output: string, read: (file: string) => string): Problem[] {
  const found = Array.from(output.matchAll(PROBLEM), (match) => {
    const [, file = "", line = "", column = "", rule = "", message = "", shown, text = "", indent = "", marks = ""] =
      match;
    expect([shown, indent.length + 1]).toEqual([line, Number(column)]);
    expect(text).toBe(read(file).split("\n")[Number(line) - 1]?.trimEnd());
    return { line: Number(line), problem: [rule, message, text.substr(indent.length, marks.length)] as Problem };
  });
  const lines = found.map(({ line }) => line);
  expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  const count = `${found.length} error${found.length === 1 ? "" : "s"}`;
  expect(output.split("\n").at(-2)).toBe(`generated/ was not changed.  ${count}.`);
  return found.map(({ problem }) => problem);
}

const ID = "operation-operationId";
const PATH = OPERATIONS.SyncUserIdentity.path;
const REGEXP = "Invalid regular expression: ";
const PARAMETERS = "path-parameters-defined";
const EMAIL = '          type: [string, "null"]\n          format: email';

const CASES: [title: string, edits: Edit[], expected: Problem[]][] = [
  [
    "an unknown required property, with the nearest name",
    [["required: [key]", "required: [kye]"]],
    [["no-required-schema-properties-undefined", "Required property 'kye' is not defined. Did you mean 'key'?", "kye"]],
  ],
  [
    "a misspelt operationId, with the operation that would not be generated",
    [["operationId: Sync", "operationID: Sync"]],
    [
      ["struct", "Property 'operationID' is not expected here. Did you mean 'operationId'?", "operationID"],
      [ID, "'operationID' is misspelt, so SyncUserIdentity would not be generated.", "operationID"],
    ],
  ],
  [
    "a missing operationId",
    [["      operationId: SyncUserIdentity\n", ""]],
    [[ID, "The operation has no operationId. Add one: the code is named by it.", "put"]],
  ],
  [
    "an operationId without letters",
    [["operationId: SyncUserIdentity", "operationId: --"]],
    [[ID, "'--' has no letter (a-z) or digit to name the operation by. Write a word.", "--"]],
  ],
  [
    "an unknown type, keyword and member in one run",
    [
      [
        "          schema:\n            type: string\n            minLength: 1\n          examples:",
        "          shema:",
      ],
      ["type: boolean\n          description: False", "type: sting\n          description: False"],
      ["          maxLength: 1024", "          maxLenght: 1024"],
    ],
    [
      ["struct", "Must contain at least one of the following fields: schema, content.", "name: userId"],
      ["struct", "Property 'shema' is not expected here. Did you mean 'schema'?", "shema"],
      [
        "struct",
        `'type' can be one of the following only: "object", "array", "string", "number", "integer", "boolean", "null". Did you mean 'string'?`,
        "sting",
      ],
      ["struct", "Property 'maxLenght' is not expected here. Did you mean 'maxLength'?", "maxLenght"],
    ],
  ],
  [
    "an unknown security scheme and path parameter, with both names of the parameter",
    [
      ["- Basic: []", "- Basik: []"],
      ["- name: userId", "- name: userID"],
    ],
    [
      ["security-defined", "There is no 'Basik' security scheme defined. Did you mean 'Basic'?", "Basik"],
      [
        PARAMETERS,
        `The operation does not define the path parameter '{userId}' expected by path '${PATH}'.`,
        "parameters",
      ],
      [PARAMETERS, `Path parameter 'userID' is not used in the path '${PATH}'.`, "userID"],
    ],
  ],
  [
    "an unknown format, and an invalid pattern in a header and in a schema",
    [
      ["pattern: ^[\\x21-\\x7e]+$", "pattern: ^[\\x21-\\x7e+$"],
      [`recoveryEmailAddress:\n${EMAIL}`, `recoveryEmailAddress:\n${EMAIL.replace("email", "emial")}`],
      ["          maxLength: 1024\n", '          maxLength: 1024\n          pattern: "([a-z"\n'],
    ],
    [
      ["schema-pattern", `${REGEXP}/^[\\x21-\\x7e+$/u: Unterminated character class.`, "^[\\x21-\\x7e+$"],
      ["schema-format", "Unknown format 'emial'. Did you mean 'email'?", "emial"],
      ["schema-pattern", `${REGEXP}/([a-z/u: Unterminated character class.`, '"([a-z"'],
    ],
  ],
  [
    "nullable, which OpenAPI 3.1 does not have",
    [["        customUpnValue:\n", "        customUpnValue:\n          nullable: true\n"]],
    [["struct", `OpenAPI 3.1 has no 'nullable'. Write the type as a list: [string, "null"].`, "nullable"]],
  ],
  [
    "an example that does not match its schema",
    [["        isAuthenticated: true\n", "        isAuthenticated: 1\n"]],
    [["example-valid", "The example 'synced' does not match its schema: must be boolean.", "1"]],
  ],
  [
    "a keyword that has no effect on the type",
    [["          maxLength: 1024\n", "          maxItems: 1024\n"]],
    [
      [
        "schema-contradiction",
        "'maxItems' has no effect on the type string, null. Remove it, or correct the type.",
        "maxItems",
      ],
    ],
  ],
  [
    "a bad indent",
    [["  version: 1.0.0", "   version: 1.0.0"]],
    [["yaml", "Nested mappings are not allowed in compact mappings", "N"]],
  ],
  ["a tab", [["  version: 1.0.0", "\tversion: 1.0.0"]], [["yaml", "Tabs are not allowed as indentation", "\t"]]],
  [
    "a duplicate key",
    [["  version: 1.0.0", "  version: 1.0.0\n  version: 1.0.1"]],
    [["yaml", "Map keys must be unique", "v"]],
  ],
  ...["3.2.0", "3.0.3"].map((version): (typeof CASES)[number] => [
    `OpenAPI ${version}`,
    [["openapi: 3.1.1", `openapi: ${version}`]],
    [["openapi-3-1", `The contract must be OpenAPI 3.1, not '${version}'. Write 'openapi: 3.1.1'.`, version]],
  ]),
  [
    "a missing OpenAPI version",
    [["openapi: 3.1.1\n", ""]],
    [
      [
        "openapi-3-1",
        "The contract must be OpenAPI 3.1; the member 'openapi' is missing. Write 'openapi: 3.1.1'.",
        "info:",
      ],
    ],
  ],
];

test.for(CASES)("%s is reported at its place, and nothing is written", async ([, edits, expected]) => {
  const project = copyProject();
  const output = await refused(project, () => {
    for (const [from, to] of edits) project.edit("openapi.yaml", from, to);
  });
  expect(problemsIn(output, project.read)).toEqual(expected);
});

test.for(["", "- paths\n"])("a contract that is not a mapping (%j) is reported", async (source) => {
  const project = copyProject();
  const output = await refused(project, () => project.write("openapi.yaml", source));
  expect(problemsIn(output, project.read)).toEqual([
    ["yaml", "The contract is not a YAML mapping.", source.slice(0, 1)],
  ]);
});

test("a reference to a missing schema is reported at each place, and the process ends", () => {
  const project = copyProject();
  const places = project.read("openapi.yaml").split('/schemas/UserRole"').length - 1;
  project.edit("openapi.yaml", '/schemas/UserRole"', '/schemas/UserRol"');
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(code).toBe(2);
  const missing = "'#/components/schemas/UserRol' does not exist. Did you mean 'UserRole'?";
  const reference = '"#/components/schemas/UserRol"';
  expect(problemsIn(output, project.read)).toEqual(Array(places).fill(["no-unresolved-refs", missing, reference]));
});
