import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startTestProgram } from "../../helpers/program.ts";
import { copyWithHistory } from "./project-copy.ts";

/** The server has a problem document for this status. */
const STATUS = '        "429":\n          $ref: "#/components/responses/TooManyRequests"\n';

test("a save prints the breaking changes, then the lines of the code, then those of the tests, also after another save", {
  timeout: 150_000,
}, async () => {
  const project = copyWithHistory();
  const source = project.read("openapi.yaml");
  mkdirSync(join(project.root, "test"));
  project.write("test/wrong.test.ts", 'export const wrong: number = "";\n');
  const { printed, end } = startTestProgram([process.execPath, "scripts/generate.ts", "--watch"], {
    cwd: project.root,
  });
  await printed(/nothing was written/);
  project.edit("openapi.yaml", STATUS, "");
  await printed(/^wrote generated\/manifest\.json$/m);
  project.edit("openapi.yaml", "\ncomponents:\n", "\n# The parts.\ncomponents:\n");
  expect(await printed(/test\/wrong\.test\.ts/)).toMatch(
    /nothing was written\.\nHEAD:openapi[\s\S]*^Compared with HEAD: .*\n\d+ handwritten lines? no longer compiles?:\n {2}server\/[\s\S]*\n1 line of the tests no longer compiles:\n {2}test\/wrong\.test\.ts\(1,14\): error TS2322: .*$/m,
  );

  project.write("openapi.yaml", source);
  expect(await printed(/of the tests/)).not.toContain("handwritten");
  expect((await end("SIGINT")).code).toBe(0);
});
