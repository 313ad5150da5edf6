import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { run } from "../../../scripts/generate.ts";
import { copyProject } from "./project-copy.ts";

/** `--watch` over a copy, in this process; `until` waits for a line that begins so, and answers with all since the last. */
function startWatch() {
  const project = copyProject();
  const end = new AbortController();
  const lines: string[] = [];
  const done = run(["--watch"], (line) => lines.push(line), {
    root: project.root,
    isBrief: true,
    signal: end.signal,
  });
  onTestFinished(() => {
    end.abort();
    return done.then(() => {});
  });
  return {
    project,
    lines,
    stop: () => {
      end.abort();
      return done;
    },
    async until(start: string): Promise<string[]> {
      while (!lines.some((line) => line.startsWith(start))) await new Promise((resolve) => setTimeout(resolve, 10));
      return lines.splice(0);
    },
  };
}

const HEADER = `name: ${SECURITY_SCHEMES.ApplicationToken.name}`;
const FRESH = "generated/ is in step with openapi.yaml and server/stub/control/control.yaml; nothing was written.";

test("good, bad, good: the last good output is kept, and the recovery is told", async () => {
  const { project, until, stop } = startWatch();
  expect(await until(FRESH)).toEqual([
    "Watching openapi.yaml and server/stub/control/control.yaml; Ctrl-C ends it.",
    FRESH,
  ]);

  project.edit("openapi.yaml", HEADER, "name: X-App-Token");
  expect(await until("wrote generated/manifest")).toContain("wrote generated/operations.ts");
  const good = project.read("generated/operations.ts");

  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  expect((await until("generated/ was not changed"))[0]).toContain("Did you mean 'key'?");
  expect(project.read("generated/operations.ts")).toBe(good);

  project.edit("openapi.yaml", "required: [kye]", "required: [key]");
  expect(await until("fixed")).toEqual([FRESH, "fixed"]);
  expect(await stop()).toBe(0);
});

test("five saves in 50 ms are one run", async () => {
  const { project, lines, until } = startWatch();
  await until(FRESH);
  const source = project.read("openapi.yaml");
  for (const name of ["A", "B", "C", "D", "E"]) {
    project.write("openapi.yaml", source.replace(HEADER, `name: X-${name}`));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await until("wrote generated/manifest");
  expect(project.read("generated/operations.ts")).toContain('"X-E"');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(lines).toEqual([]);
});

test("a save by rename is seen", async () => {
  const { project, until } = startWatch();
  await until(FRESH);
  const text = project.read("openapi.yaml").replace(HEADER, "name: X-Renamed");
  project.write("openapi.yaml.new", text);
  renameSync(join(project.root, "openapi.yaml.new"), join(project.root, "openapi.yaml"));
  await until("wrote generated/manifest");
  expect(project.read("generated/operations.ts")).toContain("X-Renamed");
});

test("the control port's contract is watched as well", async () => {
  const { project, until } = startWatch();
  await until(FRESH);
  project.edit("server/stub/control/control.yaml", "operationId: ListFaults", "operationId: ReadFaults");
  expect(await until("wrote generated/control/manifest")).toContain("wrote generated/control/operations.ts");
});
