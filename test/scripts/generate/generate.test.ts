import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Handlers, OPERATIONS } from "../../../generated/control/operations.ts";
import type { Handlers as ContractHandlers } from "../../../generated/operations.ts";
import { compileErrors } from "../../../scripts/generate/compile.ts";
import { copyProject, copyWithHistory, filesIn, refused, textsIn } from "./project-copy.ts";

const CONTROL = "server/stub/control/control.yaml";
const NOTHING_WRITTEN = `generated/ is up to date with openapi.yaml and ${CONTROL}; nothing was written.\n`;

test("all files are generated again with the same bytes", async () => {
  const project = copyProject();
  const folder = join(project.root, "generated");
  const before = textsIn(folder);
  rmSync(folder, { recursive: true });
  expect((await project.generate()).code).toBe(0);
  expect(before.length).toBe(12);
  expect(textsIn(folder)).toEqual(before);
});

test("an optional property rewrites only the affected files, and a second run writes nothing", async () => {
  const project = copyProject();
  project.edit(
    "openapi.yaml",
    "        nickname:\n",
    "        shoeSize:\n          type: integer\n        nickname:\n",
  );
  const files = ["openapi.json", "types.ts", "validators.js", "manifest.json"];
  expect((await project.generate()).output).toBe(files.map((file) => `wrote generated/${file}\n`).join(""));
  const before = filesIn(join(project.root, "generated"));
  expect(await project.generate()).toEqual({ code: 0, output: NOTHING_WRITTEN });
  expect(filesIn(join(project.root, "generated"))).toEqual(before);
});

test("an edit of the control port's contract writes only the files generated from it", async () => {
  const project = copyProject();
  project.edit(CONTROL, "        fired: { type: integer }", "        fired: { type: integer, minimum: 0 }");
  const files = ["openapi.json", "validators.js", "manifest.json"];
  expect((await project.generate()).output).toBe(files.map((file) => `wrote generated/control/${file}\n`).join(""));
  expect(project.read("generated/control/types.ts")).toMatch(new RegExp(`^// Generated from ${CONTROL} `));
});

test("problems of both contracts are reported in one run, and neither folder is touched", async () => {
  const project = copyProject();
  const output = await refused(project, () => {
    project.edit("openapi.yaml", "required: [key]", "required: [kye]");
    project.edit(CONTROL, "required: [passed, count,", "required: [past, count,");
  });
  expect(output).toMatch(
    /^openapi\.yaml:\d+:18 {2}error [\s\S]*'kye'[\s\S]*\nserver\/stub\/control\/control\.yaml:\d+:18 /,
  );
  expect(output).toContain("generated/ was not changed.  2 errors.\n");
});

test.for(["openapi.yaml", CONTROL])("a missing %s is reported by its path", async (file) => {
  const project = copyProject();
  const output = await refused(project, () => rmSync(join(project.root, file)));
  expect(output).toBe(`${file} can't be read. Check its path, and run this command in the project's root folder.\n`);
});

test("the control port's contract is not checked for breaking changes", async () => {
  const project = copyWithHistory();
  project.edit(
    CONTROL,
    "  /users:\n    get:\n      operationId: ListUsers",
    "  /people:\n    get:\n      operationId: List",
  );
  const output = "openapi.yaml describes the same API as at HEAD.\n";
  expect(await project.generate("--breaking")).toEqual({ code: 0, output });
});

test("a handwritten file is kept and reported", async () => {
  const project = copyProject();
  project.write("generated/notes.md", "mine\n");
  expect((await project.generate()).output).toContain("kept generated/notes.md: it is not a generated file\n");
  expect(project.read("generated/notes.md")).toBe("mine\n");
});

test.for([
  ["generated/types.ts", "export interface paths {", "export interface paths { // mine"],
  ["generated/manifest.json", '"yaml": "2', '"yaml": "1'],
] as const)("an edit of %s is undone although the contract is unchanged", async ([file, from, to]) => {
  const project = copyProject();
  const before = project.read(file);
  project.edit(file, from, to);
  expect((await project.generate()).output).toBe(`wrote ${file}\n`);
  expect(project.read(file)).toBe(before);
});

test("an unknown option ends with exit code 2 and the nearest known option", async () => {
  expect(await copyProject().generate("--chekc")).toEqual({
    code: 2,
    output: "Unknown option '--chekc'. Did you mean '--check'? --help lists the options.\n",
  });
});

test("rendered sources are compiled together, and each error has its file and line", () => {
  const sources = { "types.ts": "export interface Known { id: string }\n", "openapi.json": "{" };
  const errorsWith = (lines: string) => {
    const operations = `import type { Known } from "./types.ts";\n${lines}`;
    return compileErrors(new Map(Object.entries({ ...sources, "operations.ts": operations })));
  };
  expect(errorsWith('export const known: Known = { id: "7" };')).toEqual([]);
  expect(errorsWith("export const known: Known = { id: 7 };\nexport type Gone = Missing;")).toEqual([
    "operations.ts:2: Type 'number' is not assignable to type 'string'.",
    "operations.ts:3: Cannot find name 'Missing'.",
  ]);
});

test("a handler table with a missing or an unknown operation does not compile", () => {
  // @ts-expect-error SyncUserIdentity is missing.
  const incomplete: ContractHandlers<undefined> = {};
  // @ts-expect-error The contract has no operation Other.
  const unknown: Partial<ContractHandlers<undefined>> = { Other: async () => ({ status: 200 }) };
  expect([Object.keys(incomplete), Object.keys(unknown)]).toEqual([[], ["Other"]]);
});

test("a handler may return only declared responses and, with a default response, error statuses", () => {
  const problem = { type: "about:blank", title: "No such user", status: 404 };
  const table: Partial<Handlers<undefined>> = {
    ForgetRequests: async () => ({ status: 204 }),
    ReadUser: async ({ path: { userId } }) =>
      userId === "u-ada" ? { status: 200, body: { id: userId } } : { status: 404, body: problem },
    ReplaceDirectory: async ({ body }) => ({ status: 200, body: { total: Object.keys(body).length } }),
    // @ts-expect-error 201 is not an error status, and is not declared.
    ResetSession: async () => ({ status: 201, body: problem }),
    // @ts-expect-error The default response requires a body.
    RemoveFaults: async () => ({ status: 500 }),
    // @ts-expect-error The operation has no path parameter.
    ListRequests: async ({ path: { userId } }) => ({ status: 500, body: { ...problem, detail: userId.trim() } }),
    // @ts-expect-error The operation has no body.
    ListFaults: async ({ body }) => ({ status: 200, body: { rules: body.rules } }),
  };
  expect(Object.keys(table)).toHaveLength(7);
  // An optional security requirement is an empty alternative.
  expect(OPERATIONS.ListRequests.security).toEqual([["ControlToken"], []]);
  expect(Object.keys(OPERATIONS.ListRequests.responses)).toEqual(["200", "default"]);
});
