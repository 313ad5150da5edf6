import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyProject, filesIn } from "./project-copy.ts";

test("the committed files are what the contract gives, and nothing is written again", async () => {
  const project = copyProject();
  expect(await project.generate("--check")).toEqual({
    code: 0,
    output: "generated/ is in step with openapi.yaml and server/stub/control/control.yaml.\n",
  });
  expect((await project.generate()).output).toBe(
    "generated/ is in step with openapi.yaml and server/stub/control/control.yaml; nothing was written.\n",
  );
});

test("all files come back from nothing, with the same bytes", async () => {
  const project = copyProject();
  const texts = () => filesIn(join(project.root, "generated")).map(([file, text]) => [file, text]);
  const before = texts();
  rmSync(join(project.root, "generated"), { recursive: true });

  expect((await project.generate()).code).toBe(0);

  expect(before.length).toBe(12);
  expect(texts()).toEqual(before);
});

test("a file written by hand is kept and named", async () => {
  const project = copyProject();
  project.write("generated/notes.md", "mine\n");
  expect((await project.generate()).output).toContain("kept generated/notes.md: it does not belong here\n");
  expect(project.read("generated/notes.md")).toBe("mine\n");
});

test("an unknown argument and a missing contract are exit 2", async () => {
  const project = copyProject();
  expect(await project.generate("--chekc")).toEqual({
    code: 2,
    output:
      "There is no option '--chekc'. Did you mean '--check'? Options: --check, --watch, --breaking, --against, --changelog.\n",
  });
  rmSync(join(project.root, "openapi.yaml"));
  expect(await project.generate()).toEqual({
    code: 2,
    output: "openapi.yaml can't be read; run this where it lies.\n",
  });
});

test("the command line works from the project's folder and carries the exit code", () => {
  const project = copyProject();
  project.edit("openapi.yaml", "openapi: 3.1.1", "openapi: 3.2.0");
  expect(project.runScript("scripts/generate.ts").code).toBe(2);
  expect(project.runScript("scripts/generate.ts", "--check").output).toContain("not '3.2.0'");
});

test.for([
  ["generated/types.ts", "export interface paths {", "export interface paths { // mine"],
  ["generated/manifest.json", '"yaml": "2.9.1"', '"yaml": "2.9.0"'],
  ["generated/manifest.json", '"this generator": "', '"this generator": "0'],
] as const)("a change in %s is healed although the contract is the same", async ([file, from, to]) => {
  const project = copyProject();
  const before = project.read(file);
  project.edit(file, from, to);
  expect((await project.generate()).output).toBe(`wrote ${file}\n`);
  expect(project.read(file)).toBe(before);
});
