import { copyFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startTestProgram } from "../../../helpers/program.ts";
import { temporaryDatabase, temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { change, countOf, countUp } from "../store-under-test.ts";
import { startBackup, storeOf, storeWithUsers } from "./backup-program.ts";

test("a backup that runs during syncs has every sync that ended before it, and can be used as a database", async () => {
  const { file, store } = await storeWithUsers();
  const copy = join(temporaryFolder(), "copy.sqlite");
  for (let turn = 0; turn < 3; turn += 1) await countUp(store, "u-7");
  const backup = startBackup([copy, "--database", file]).ended;
  let isRunning = true;
  backup.finally(() => {
    isRunning = false;
  });

  while (isRunning) await countUp(store, "u-7");

  const size = statSync(copy).size;
  expect(await backup).toMatchObject({ code: 0, output: `Backed up ${file} to ${copy}: 300 users, ${size} bytes.\n` });
  expect(readdirSync(dirname(copy))).toEqual(["copy.sqlite"]);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  const restored = storeOf(copy);
  expect(await countOf(restored, "u-7")).toBeGreaterThanOrEqual(3);
  expect((await restored.users(1)).total).toBe(300);
  await change(restored, "u-8", { nickname: "changed" });
});

test("a backup of a file whose server was killed has the changes in its write-ahead log", async () => {
  const [{ file, store }, killed] = [await storeWithUsers(), temporaryDatabase()];
  await change(store, "u-7", { nickname: "in the log" });
  for (const suffix of ["", "-wal"]) copyFileSync(file + suffix, killed + suffix);
  const copy = join(temporaryFolder(), "copy.sqlite");

  expect(await startBackup([copy], { NEXUS_SYNC_DATABASE: killed }).ended).toMatchObject({ code: 0 });

  expect(await storeOf(copy).user("u-7")).toEqual({ id: "u-7", nickname: "in the log" });
});

test("a backup of a file that was restored over an old write-ahead log is refused", async () => {
  const { file, store } = await storeWithUsers();
  const [copy, restored] = [join(temporaryFolder(), "copy.sqlite"), temporaryDatabase()];
  expect((await startBackup([copy, "--database", file]).ended).code).toBe(0);
  await change(store, "u-7", { nickname: "later" });
  copyFileSync(copy, restored);
  copyFileSync(`${file}-wal`, `${restored}-wal`);

  const { code, output } = await startBackup([`${copy}-2`, "--database", restored]).ended;

  expect([code, output]).toEqual([2, expect.stringContaining(`${restored} was replaced, but ${restored}-wal belongs`)]);
});

/** Runs statements in another process, which ends after `milliseconds`, and so releases its locks. */
async function lockFor(milliseconds: number, file: string, statements: string): Promise<void> {
  const script = `
    globalThis.database = new (process.getBuiltinModule("node:sqlite").DatabaseSync)(process.argv[1]);
    database.exec(process.argv[2]);
    console.log("locked");
    setTimeout(() => {}, ${milliseconds});`;
  await startTestProgram([process.execPath, "-e", script, file, statements]).printed(/locked/);
}

test("a server that starts while a backup checks the log waits for it", async () => {
  const { file, store } = await storeWithUsers();
  await store.close();
  await lockFor(100, `${file}-owner`, "BEGIN EXCLUSIVE");

  expect((await storeOf(file).users(1)).total).toBe(300);
});

test("a server that starts on a restored copy while another program reads it waits for it", async () => {
  const { file, store } = await storeWithUsers();
  await store.close();
  await lockFor(300, file, "PRAGMA journal_mode = DELETE; BEGIN; SELECT 1 FROM users");

  expect((await storeOf(file).users(1)).total).toBe(300);
});

test("a backup waits for a server that has locked the file because it starts or ends", async () => {
  const { file, store } = await storeWithUsers();
  await store.close();
  await lockFor(600, file, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  const copy = join(temporaryFolder(), "copy.sqlite");

  expect(await startBackup([copy, "--database", file]).ended).toMatchObject({ code: 0 });
});
