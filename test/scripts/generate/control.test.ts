import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Handlers, OPERATIONS } from "../../../generated/control/operations.ts";
import { copyProject, copyWithHistory, filesIn } from "./project-copy.ts";

const CONTRACT = "server/stub/control/control.yaml";

test("an edit of the control port's contract writes what is generated from it, and nothing else", async () => {
  const project = copyProject();
  project.edit(CONTRACT, "        fired: { type: integer }", "        fired: { type: integer, minimum: 0 }");

  expect((await project.generate()).output).toMatchInlineSnapshot(`
    "wrote generated/control/openapi.json
    wrote generated/control/validators.js
    wrote generated/control/manifest.json
    "
  `);
  expect((await project.generate("--check")).code).toBe(0);
  expect(project.read("generated/control/types.ts").split("\n")[0]).toBe(
    "// Written by `npm run generate` from server/stub/control/control.yaml. Edit that file, never this one.",
  );
});

test("what is wrong with either contract is told in one run, by file and place, and neither folder is touched", async () => {
  const project = copyProject();
  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  project.edit(CONTRACT, "required: [passed, count,", "required: [past, count,");
  const before = filesIn(join(project.root, "generated"));

  const { code, output } = await project.generate();

  expect(code).toBe(2);
  expect(output).toMatchInlineSnapshot(`
    "openapi.yaml:785:18  error  no-required-schema-properties-undefined
      Required property 'kye' is not defined. Did you mean 'key'?
      784 |       description: One claim.
      785 |       required: [kye]
          |                  ^^^
    server/stub/control/control.yaml:268:18  error  no-required-schema-properties-undefined
      Required property 'past' is not defined.
      267 |       type: object
      268 |       required: [past, count, evicted, closest]
          |                  ^^^^
    generated/ was not changed.  2 errors.
    "
  `);
  expect(filesIn(join(project.root, "generated"))).toEqual(before);
});

test("a good edit of one contract is not written while the other is wrong", async () => {
  const project = copyProject();
  project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  project.edit(CONTRACT, "operationId: ListFaults", "operationID: ListFaults");
  const before = filesIn(join(project.root, "generated"));
  expect((await project.generate()).code).toBe(2);
  expect(filesIn(join(project.root, "generated"))).toEqual(before);
});

test("--check names what is stale, edited, missing or too much in either folder", async () => {
  const project = copyProject();
  project.edit(CONTRACT, "operationId: ListFaults", "operationId: ReadFaults");
  project.edit("generated/control/types.ts", "export interface paths {", "export interface paths { // mine");
  project.write("generated/control/notes.md", "mine\n");
  rmSync(join(project.root, "generated/control/validators.js"));
  rmSync(join(project.root, "generated/types.ts"));

  const { code, output } = await project.generate("--check");

  expect(code).toBe(1);
  expect(output.replaceAll(/[0-9a-f]{64}/g, "HASH")).toMatchInlineSnapshot(`
    "server/stub/control/control.yaml has changed since generated/control/ was written.
    generated/types.ts is missing.
    generated/control/openapi.json is from before.
      line 117: -         "operationId": "ListFaults",
                +         "operationId": "ReadFaults",
    generated/control/operations.ts is from before.
      line 31: - export type ListFaultsPath = Record<string, never>;
               + export type ReadFaultsPath = Record<string, never>;
    generated/control/types.ts was edited by hand.
      line 2: - export interface paths { // mine
              + export interface paths {
    generated/control/validators.js is missing.
    generated/control/manifest.json is from before.
      line 2: -   "document": "HASH"…
              +   "document": "HASH"…
    generated/control/notes.md does not belong here.
    Run: npm run generate
    "
  `);
  expect((await project.generate()).output).toContain("kept generated/control/notes.md: it does not belong here\n");
});

test("a contract that is not there is named", async () => {
  const project = copyProject();
  rmSync(join(project.root, CONTRACT));
  expect(await project.generate()).toEqual({ code: 2, output: `${CONTRACT} can't be read; run this where it lies.\n` });
});

test("the control port is no public contract: nothing in it breaks anybody", async () => {
  const project = copyWithHistory();
  project.edit(
    CONTRACT,
    "  /users:\n    get:\n      operationId: ListUsers",
    "  /people:\n    get:\n      operationId: List",
  );
  expect(await project.generate("--breaking")).toEqual({
    code: 0,
    output: "openapi.yaml means what it did at HEAD.\n",
  });
});

test("anonymous or with a token: the first alternative asks for nothing", () => {
  expect(OPERATIONS.ListRequests.security).toEqual([[], ["ControlToken"]]);
  expect(Object.keys(OPERATIONS.ListRequests.responses)).toEqual(["200", "default"]);
});

test("a handler answers as declared, with an error status where there is a default; all else does not compile", () => {
  const problem = { type: "about:blank", title: "No such user", status: 404 };
  const table: Partial<Handlers<undefined>> = {
    ForgetRequests: async () => ({ status: 204 }),
    ReadUser: async ({ path: { userId } }) =>
      userId === "u-ada" ? { status: 200, body: { id: userId } } : { status: 404, body: problem },
    ReplaceDirectory: async ({ body }) => ({ status: 200, body: { total: Object.keys(body).length } }),
    // @ts-expect-error 201 is no error, and is not declared.
    ResetSession: async () => ({ status: 201, body: problem }),
    // @ts-expect-error a default answer has a problem for a body
    RemoveFaults: async () => ({ status: 500 }),
    // @ts-expect-error there is no path parameter
    ListRequests: async ({ path: { userId } }) => ({ status: 500, body: { ...problem, detail: userId.trim() } }),
    // @ts-expect-error there is no body
    ListFaults: async ({ body }) => ({ status: 200, body: { rules: body.rules } }),
  };
  expect(Object.keys(table)).toHaveLength(7);
});
