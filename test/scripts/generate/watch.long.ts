import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SECURITY_SCHEMES } from "../../../generated/operations.ts";
import { run } from "../../../scripts/generate.ts";
import { copyProject } from "./project-copy.ts";

/** `--watch` over a copy. `until` waits for a line that starts with a text, and returns all lines since the last call. */
async function startWatch() {
  const project = copyProject();
  const end = new AbortController();
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const done = run(["--watch"], print, { root: project.root, isBrief: true, signal: end.signal });
  const stop = () => {
    end.abort();
    return done;
  };
  onTestFinished(async () => void (await stop()));
  const until = async (start: string): Promise<string[]> => {
    while (!lines.some((line) => line.startsWith(start))) await new Promise((resolve) => setTimeout(resolve, 10));
    return lines.splice(0);
  };
  const first = await until(UP_TO_DATE);
  return { project, lines, stop, until, first };
}

const HEADER = `name: ${SECURITY_SCHEMES.ApplicationToken.name}`;
const CONTROL = "server/stub/control/control.yaml";
const UP_TO_DATE = `generated/ is up to date with openapi.yaml and ${CONTROL}; nothing was written.`;

test("an invalid edit keeps the last valid output, and the recovery is printed", async () => {
  const { project, until, stop, first } = await startWatch();
  expect(first).toEqual([`Watching openapi.yaml and ${CONTROL}; press Ctrl-C to stop.`, UP_TO_DATE]);

  project.edit("openapi.yaml", HEADER, "name: X-App-Token");
  expect(await until("wrote generated/manifest")).toContain("wrote generated/operations.ts");
  const valid = project.read("generated/operations.ts");

  project.edit("openapi.yaml", "required: [key]", "required: [kye]");
  expect((await until("generated/ was not changed"))[0]).toContain("Did you mean 'key'?");
  expect(project.read("generated/operations.ts")).toBe(valid);

  project.edit("openapi.yaml", "required: [kye]", "required: [key]");
  expect(await until("fixed")).toEqual([UP_TO_DATE, "fixed"]);
  expect(await stop()).toBe(0);
});

test("five saves within 50 ms lead to one run", async () => {
  const { project, lines, until } = await startWatch();
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

test("a save by rename is noticed", async () => {
  const { project, until } = await startWatch();
  project.write("openapi.yaml.new", project.read("openapi.yaml").replace(HEADER, "name: X-Renamed"));
  renameSync(join(project.root, "openapi.yaml.new"), join(project.root, "openapi.yaml"));
  await until("wrote generated/manifest");
  expect(project.read("generated/operations.ts")).toContain("X-Renamed");
});

test("changes of a contract that is a symbolic link are noticed, also if the link gets another target", async () => {
  const { project, until } = await startWatch();
  const path = (name: string) => join(project.root, name);
  const source = project.read("openapi.yaml");
  mkdirSync(path("contracts"));
  project.write("contracts/first.yaml", source);
  project.write("contracts/second.yaml", source.replace(HEADER, "name: X-Second"));
  rmSync(path("openapi.yaml"));
  symlinkSync("contracts/first.yaml", path("openapi.yaml"));
  await until(UP_TO_DATE);
  project.write("contracts/first.yaml", source.replace(HEADER, "name: X-First"));
  await until("wrote generated/manifest");
  expect(project.read("generated/operations.ts")).toContain("X-First");
  rmSync(path("openapi.yaml"));
  symlinkSync("contracts/second.yaml", path("openapi.yaml"));
  await until("wrote generated/manifest");
  expect(project.read("generated/operations.ts")).toContain("X-Second");
});

test("a save that keeps size and modification time is noticed", async () => {
  const { project, until } = await startWatch();
  const path = join(project.root, "openapi.yaml");
  const { atime, mtime } = statSync(path);
  project.edit("openapi.yaml", HEADER, HEADER.replace("name: X", "name: Y"));
  utimesSync(path, atime, mtime);
  await until("wrote generated/manifest");
});

test("a file to which the contract refers is noticed when it is created and when it changes", async () => {
  const { project, until } = await startWatch();
  project.edit(
    "openapi.yaml",
    "        clientUpnKey:\n",
    '        shoe: { $ref: "shoe.yaml" }\n        clientUpnKey:\n',
  );
  await until("generated/ was not changed");
  project.write("shoe.yaml", "type: string\n");
  await until("wrote generated/manifest");
  project.write("shoe.yaml", "type: integer\n");
  await until("wrote generated/manifest");
});

test("a run that throws is printed, and the next save is processed", async () => {
  const { project, until } = await startWatch();
  const target = join(project.root, "generated/openapi.json");
  rmSync(target);
  // A folder cannot be read as a file.
  mkdirSync(target);
  project.edit("openapi.yaml", HEADER, "name: X-First");
  expect((await until("The run failed: Error: EISDIR"))[0]).toContain("read");
  rmSync(target, { recursive: true });
  project.edit("openapi.yaml", "name: X-First", "name: X-Second");
  expect(await until("fixed")).toContain("wrote generated/openapi.json");
});
