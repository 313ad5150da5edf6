import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyProject, filesIn } from "./project-copy.ts";

type Project = ReturnType<typeof copyProject>;

/** What `--check` says after `change`; it must write nothing. */
async function checked(change: (project: Project) => void) {
  const project = copyProject();
  change(project);
  const state = () => filesIn(join(project.root, "generated"));
  const before = state();
  const result = await project.generate("--check");
  expect(state()).toEqual(before);
  return result;
}

test("fresh", async () => {
  expect(await checked(() => {})).toEqual({
    code: 0,
    output: "generated/ is in step with openapi.yaml and server/stub/control/control.yaml.\n",
  });
});

test("the contract was edited", async () => {
  const { code, output } = await checked((project) => {
    project.edit("openapi.yaml", "summary: Store what", "summary: Keep what");
  });
  expect(code).toBe(1);
  expect(output.replaceAll(/[0-9a-f]{64}/g, "HASH")).toMatchInlineSnapshot(`
    "openapi.yaml has changed since generated/ was written.
    generated/openapi.json is from before.
      line 21: -         "summary": "Store what an identity provider asserted at a sign-in",
               +         "summary": "Keep what an identity provider asserted at a sign-in",
    generated/types.ts is from before.
      line 12: -          * Store what an identity provider asserted at a sign-in
               +          * Keep what an identity provider asserted at a sign-in
    generated/manifest.json is from before.
      line 2: -   "document": "HASH"…
              +   "document": "HASH"…
    Run: npm run generate
    "
  `);
});

test("files were edited by hand, one is missing, one does not belong: all are named", async () => {
  const { code, output } = await checked((project) => {
    project.edit("generated/types.ts", "export interface paths {", "export interface paths { // mine");
    project.write("generated/validators.js", "// gone\n");
    rmSync(join(project.root, "generated/operations.ts"));
    project.write("generated/notes.md", "mine\n");
  });
  expect(code).toBe(1);
  expect(output).toMatchInlineSnapshot(`
    "generated/operations.ts is missing.
    generated/types.ts was edited by hand.
      line 2: - export interface paths { // mine
              + export interface paths {
    generated/validators.js was edited by hand.
      line 1: - // gone
              + // Written by \`npm run generate\` from openapi.yaml. Edit that file, never this o…
    generated/notes.md does not belong here.
    Run: npm run generate
    "
  `);
});

test("a tool has another version", async () => {
  const { code, output } = await checked((project) => {
    project.edit("generated/manifest.json", '"ajv": "8.20.0"', '"ajv": "8.19.0"');
  });
  expect(code).toBe(1);
  expect(output).toMatchInlineSnapshot(`
    "ajv is 8.20.0, and was 8.19.0.
    generated/manifest.json is from before.
      line 5: -     "ajv": "8.19.0",
              +     "ajv": "8.20.0",
    Run: npm run generate
    "
  `);
});

test("line endings alone pass, with a note", async () => {
  const { code, output } = await checked((project) => {
    project.write("generated/types.ts", project.read("generated/types.ts").replaceAll("\n", "\r\n"));
  });
  expect({ code, output }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "output": "Only line endings differ in generated/types.ts; that is fine.
    generated/ is in step with openapi.yaml and server/stub/control/control.yaml.
    ",
    }
  `);
});

test("a comment in the contract makes nothing stale", async () => {
  const edit = (project: Project) => project.edit("openapi.yaml", "openapi: 3.1.1", "# a comment\nopenapi: 3.1.1");
  expect((await checked(edit)).code).toBe(0);
  const project = copyProject();
  edit(project);
  expect((await project.generate()).output).toBe(
    "generated/ is in step with openapi.yaml and server/stub/control/control.yaml; nothing was written.\n",
  );
});

test("an optional property rewrites the files it is in, and the second run writes nothing", async () => {
  const project = copyProject();
  project.edit(
    "openapi.yaml",
    "        nickname:\n          type",
    "        shoeSize:\n          type: integer\n        nickname:\n          type",
  );
  expect((await project.generate()).output).toMatchInlineSnapshot(`
    "wrote generated/openapi.json
    wrote generated/types.ts
    wrote generated/validators.js
    wrote generated/manifest.json
    "
  `);
  expect((await project.generate()).output).toBe(
    "generated/ is in step with openapi.yaml and server/stub/control/control.yaml; nothing was written.\n",
  );
});
