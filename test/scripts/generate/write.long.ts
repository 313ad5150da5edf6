import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withStaging, writeAll } from "../../../scripts/generate/write.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { copyProject, filesIn, textsIn } from "./project-copy.ts";

function folderOf(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const NEW = new Map([
  ["a", "new a"],
  ["b", "new b"],
  ["below/c", "new c"],
]);

test.for([0, 1, 2])("an error at rename %i leaves every file as it was, and no temporary file", async (failing) => {
  const root = folderOf({ a: "old a", b: "old b", other: "mine" });
  const before = filesIn(root);
  let moves = 0;
  const move: typeof rename = async (from, to) => {
    moves += 1;
    if (moves > failing) throw new Error("no space left on device");
    await rename(from, to);
  };
  const writing = withStaging(root, (staging) => writeAll({ root, staging }, NEW, move));
  await expect(writing).rejects.toThrow("no space left");
  expect(filesIn(root)).toEqual(before);
});

test("after a run was killed, --check reports the files it replaced, and one run repairs them", async () => {
  const project = copyProject();
  const folder = join(project.root, "generated");
  const before = textsIn(folder);
  project.write(
    "kill.ts",
    `
    import { rename } from "node:fs/promises";
    import { withStaging, writeAll } from "./scripts/generate/write.ts";
    const files = new Map([["openapi.json", "{}"], ["types.ts", "new"]]);
    let moves = 0;
    const move = (from, to) => (moves++ === 1 ? process.kill(process.pid, "SIGKILL") : rename(from, to));
    await withStaging("generated", (staging) => writeAll({ root: "generated", staging }, files, move));`,
  );
  expect(project.runScript("kill.ts").code).toBe(null);
  expect(readdirSync(folder)).toContain(".staging");

  const { code, output } = await project.generate("--check");
  expect(code).toBe(1);
  expect(output).toMatch(/^generated\/openapi\.json was edited by hand\.\n/);
  expect((await project.generate()).output).toBe("wrote generated/openapi.json\n");
  expect(textsIn(folder)).toEqual(before);
});

test("the staging folder of a killed run is replaced once it is old", async () => {
  const root = folderOf({});
  mkdirSync(join(root, ".staging"));
  utimesSync(join(root, ".staging"), 0, 0);
  expect(await withStaging(root, async () => "done")).toBe("done");
  expect(readdirSync(root)).toEqual([]);
});

const SOURCE =
  'const { run } = await import("./scripts/generate.ts"); process.exitCode = await run([], console.log, { isBrief: true });';
const RUN = ["--input-type=module", "--eval", SOURCE];

test("another folder, time zone and locale give the same bytes", () => {
  const project = copyProject();
  const before = project.read("generated/manifest.json");
  rmSync(join(project.root, "generated"), { recursive: true });
  const env = { ...process.env, TZ: "Pacific/Chatham", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" };
  expect(spawnSync(process.execPath, RUN, { cwd: project.root, env }).status).toBe(0);
  expect(project.read("generated/manifest.json")).toBe(before);
});

test("two processes at once both succeed with the same bytes and leave no temporary file", async () => {
  const project = copyProject();
  const folder = join(project.root, "generated");
  const before = textsIn(folder);
  rmSync(folder, { recursive: true });
  const runs = [0, 1].map(() => spawn(process.execPath, RUN, { cwd: project.root }));
  const codes = await Promise.all(runs.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual([0, 0]);
  expect(textsIn(folder)).toEqual(before);
});
