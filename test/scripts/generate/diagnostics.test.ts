import { expect, test } from "vitest";
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
const EMAIL = '          type: [string, "null"]\n          format: email';

const CASES: [title: string, edits: Edit[], expected: Problem[]][] = [
  [
    "an unknown required property, with the nearest name",
    [["required: [key]", "required: [kye]"]],
    [["no-required-schema-properties-undefined", "Required property 'kye' is not defined. Did you mean 'key'?", "kye"]],
  ],
  [
    "a misspelt operationId, with the operation that would vanish",
    [["operationId: Sync", "operationID: Sync"]],
    [
      ["struct", "Property 'operationID' is not expected here. Did you mean 'operationId'?", "operationID"],
      [ID, "Without an operationId, SyncUserIdentity would vanish.", "operationID"],
    ],
  ],
  [
    "a missing operationId",
    [["      operationId: SyncUserIdentity\n", ""]],
    [[ID, "The operation has no operationId.", "put"]],
  ],
  [
    "an operationId that is not an identifier",
    [["operationId: Sync", "operationId: Sync-"]],
    [[ID, "'Sync-UserIdentity' is not a TypeScript identifier: use letters, digits and _.", "Sync-UserIdentity"]],
  ],
  [
    "an unknown type, keyword and member in one run",
    [
      [
        "          schema:\n            type: string\n            minLength: 1\n          example: u-ada",
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
    "an unknown path parameter, with both names",
    [["- name: userId", "- name: userID"]],
    [
      [
        "path-parameters-defined",
        "The operation does not define the path parameter '{userId}' expected by path '/v1/users/{userId}/$sync'.",
        "parameters",
      ],
      [
        "path-parameters-defined",
        "Path parameter 'userID' is not used in the path '/v1/users/{userId}/$sync'.",
        "userID",
      ],
    ],
  ],
  [
    "an unknown security scheme",
    [["- Basic: []", "- Basik: []"]],
    [["security-defined", "There is no 'Basik' security scheme defined.", "Basik"]],
  ],
  [
    "an unknown format and an invalid pattern",
    [
      [`recoveryEmailAddress:\n${EMAIL}`, `recoveryEmailAddress:\n${EMAIL.replace("email", "emial")}`],
      ["          maxLength: 1024\n", '          maxLength: 1024\n          pattern: "([a-z"\n'],
    ],
    [
      ["schema-format", "Unknown format 'emial'. Did you mean 'email'?", "emial"],
      ["schema-pattern", "Invalid regular expression: /([a-z/u: Unterminated character class.", '"([a-z"'],
    ],
  ],
  [
    "an invalid pattern in a header",
    [["pattern: ^[\\x21-\\x7e]+$", "pattern: ^[\\x21-\\x7e+$"]],
    [
      [
        "schema-pattern",
        "Invalid regular expression: /^[\\x21-\\x7e+$/u: Unterminated character class.",
        "^[\\x21-\\x7e+$",
      ],
    ],
  ],
  [
    "nullable, which OpenAPI 3.1 does not have",
    [["        customUpnValue:\n", "        customUpnValue:\n          nullable: true\n"]],
    [["struct", "Property 'nullable' is not expected here.", "nullable"]],
  ],
  [
    "an example that does not match its schema",
    [["        isAuthenticated: true\n", "        isAuthenticated: 1\n"]],
    [["example-valid", "The example 'synced' does not match its schema: must be boolean.", "1"]],
  ],
  [
    "a schema that does not compile in strict mode",
    [["          maxLength: 1024\n", "          maxItems: 1024\n"]],
    [
      [
        "schema-compiles",
        `Ajv cannot compile this schema: strict mode: missing type "array" for keyword "maxItems" (strictTypes).`,
        "customUpnValue",
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
  [
    "OpenAPI 3.2",
    [["openapi: 3.1.1", "openapi: 3.2.0"]],
    [["openapi-3-1", "The contract must be OpenAPI 3.1, not '3.2.0'.", "3.2.0"]],
  ],
  [
    "OpenAPI 3.0",
    [["openapi: 3.1.1", "openapi: 3.0.3"]],
    [["openapi-3-1", "The contract must be OpenAPI 3.1, not '3.0.3'.", "3.0.3"]],
  ],
  [
    "a missing OpenAPI version",
    [["openapi: 3.1.1\n", ""]],
    [["openapi-3-1", "The contract must be OpenAPI 3.1; the member 'openapi' is missing.", "info:"]],
  ],
];

test.for(CASES)("%s is reported at its place, and nothing is written", async ([, edits, expected]) => {
  const project = copyProject();
  const output = await refused(project, () => {
    for (const [from, to] of edits) project.edit("openapi.yaml", from, to);
  });
  expect(problemsIn(output, project.read)).toEqual(expected);
});

test.for(["", "- paths\n"])("a contract that is no mapping (%j) is reported", async (source) => {
  const project = copyProject();
  const output = await refused(project, () => project.write("openapi.yaml", source));
  expect(problemsIn(output, project.read)).toEqual([
    ["yaml", "The contract is not a YAML mapping.", source.slice(0, 1)],
  ]);
});

test("a frame shows the line before, the line, and its place", async () => {
  const project = copyProject();
  const before = project.read("openapi.yaml").split("required: [key]")[0]?.split("\n").length ?? 0;
  const output = await refused(project, () => project.edit("openapi.yaml", "required: [key]", "required: [kye]"));
  expect(output).toBe(
    [
      `openapi.yaml:${before}:18  error  no-required-schema-properties-undefined`,
      "  Required property 'kye' is not defined. Did you mean 'key'?",
      `  ${before - 1} |       description: One claim.`,
      `  ${before} |       required: [kye]`,
      `  ${" ".repeat(String(before).length)} |                  ^^^`,
      "generated/ was not changed.  1 error.\n",
    ].join("\n"),
  );
});

test("a reference to a missing schema is reported at each place, and the process ends", () => {
  const project = copyProject();
  project.edit("openapi.yaml", '/schemas/UserRole"', '/schemas/UserRol"');
  const { code, output } = project.runScript("scripts/generate.ts");
  expect(code).toBe(2);
  const missing = "'#/components/schemas/UserRol' does not exist. Did you mean 'UserRole'?";
  const reference = '"#/components/schemas/UserRol"';
  expect(problemsIn(output, project.read)).toEqual(Array(3).fill(["no-unresolved-refs", missing, reference]));
});
