import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withLock, writeAll } from "../../../scripts/generate/write.ts";
import { copyProject, filesIn } from "./project-copy.ts";

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const NEW = new Map([
  ["a", "new a"],
  ["b", "new b"],
  ["below/c", "new c"],
]);

test.for([0, 1, 2])("a fault at rename %i leaves every file as it was, and nothing temporary", async (fault) => {
  const folder = folderOf({ a: "old a", b: "old b", other: "mine" });
  const before = filesIn(folder);
  let moves = 0;
  const move: typeof rename = async (from, to) => {
    moves += 1;
    if (moves > fault) throw new Error("no space left on device");
    await rename(from, to);
  };

  await expect(writeAll(folder, NEW, move)).rejects.toThrow("no space left");

  expect(filesIn(folder)).toEqual(before);
});

test("without a fault all are written", async () => {
  const folder = folderOf({ a: "old a", other: "mine" });
  await writeAll(folder, NEW);
  expect(filesIn(folder).map(([file, text]) => [file, text])).toEqual([...NEW, ["other", "mine"]].toSorted());
});

test("a run that was killed is named by --check, and one generate heals it", async () => {
  const project = copyProject();
  const folder = join(project.root, "generated");
  const before = filesIn(folder).map(([file, text]) => [file, text]);
  project.write(
    "kill.ts",
    `
    import { rename } from "node:fs/promises";
    import { withLock, writeAll } from "./scripts/write.ts";
    const files = new Map([["openapi.json", "{}"], ["types.ts", "new"]]);
    let moves = 0;
    const move = (from, to) => (moves++ === 1 ? process.kill(process.pid, "SIGKILL") : rename(from, to));
    await withLock("generated", () => writeAll("generated", files, move));`,
  );
  expect(project.runScript("kill.ts").code).toBe(null);
  expect(readdirSync(folder).filter((file) => file.startsWith(".")).length).toBeGreaterThan(2);

  const { code, output } = await project.generate("--check");
  expect(code).toBe(1);
  expect(output).toContain("generated/openapi.json was edited by hand.\n");
  expect((await project.generate()).code).toBe(0);

  expect(filesIn(folder).map(([file, text]) => [file, text])).toEqual(before);
});

test("two runs at once wait for each other", async () => {
  const folder = folderOf({});
  const order: string[] = [];
  const turn = (name: string) =>
    withLock(folder, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push(`${name} ends`);
    });
  await Promise.all([turn("one"), turn("two")]);
  expect(order).toHaveLength(4);
  expect(order[1]).toBe(order[0]?.replace("begins", "ends"));
  expect(readdirSync(folder)).toEqual([]);
});

test("other folder, time zone, locale: the same bytes", () => {
  const project = copyProject();
  const hashes = () => project.read("generated/manifest.json");
  const before = hashes();
  rmSync(join(project.root, "generated"), { recursive: true });
  const env = { ...process.env, TZ: "Pacific/Chatham", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" };
  const { status } = spawnSync(process.execPath, ["scripts/generate.ts"], { cwd: project.root, env });
  expect(status).toBe(0);
  expect(hashes()).toBe(before);
});

test("two runs of the command at once: both succeed, the same bytes, nothing temporary", async () => {
  const project = copyProject();
  const folder = join(project.root, "generated");
  const before = filesIn(folder).map(([file, text]) => [file, text]);
  rmSync(folder, { recursive: true });
  // Without what follows the writing, which is the type check of the whole project.
  const brief =
    'const { run } = await import("./scripts/generate.ts"); process.exitCode = await run([], console.log, { isBrief: true });';
  const runs = [0, 1].map(() =>
    spawn(process.execPath, ["--input-type=module", "--eval", brief], { cwd: project.root }),
  );
  const codes = await Promise.all(runs.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual([0, 0]);
  expect(filesIn(folder).map(([file, text]) => [file, text])).toEqual(before);
});
