import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { type Store, StoreUnavailable, StoreUnusable } from "../../../../server/store/store.ts";
import { temporaryDatabase, temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf } from "../store-under-test.ts";

function storeOf(file: string): Store {
  const store = openSqliteStore(file);
  onTestFinished(() => store.close().catch(() => {}));
  return store;
}

/** The message of StoreUnusable, or "opened". The file must stay as it is if it is refused. */
async function refusalOf(file: string): Promise<string> {
  const before = existsSync(file) ? readFileSync(file) : Buffer.of();
  try {
    await openSqliteStore(file).close();
    return "opened";
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnusable);
    expect(readFileSync(file).equals(before)).toBe(true);
    const { message } = error as Error;
    expect(message).toMatch(/^[^\r\n]+\.$/);
    return message;
  }
}

/** Runs statements on a file, as another program does. */
function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

test.each([
  ["tables", "CREATE TABLE users (name TEXT)"],
  ["the tables and an id", "CREATE TABLE users (name TEXT); PRAGMA application_id = 1196444487"],
  ["an id and no table", "PRAGMA application_id = 1196444487"],
  ["tables in WAL mode", "PRAGMA journal_mode = WAL; CREATE TABLE a (b TEXT)"],
])("a database with %s of another program is refused and unchanged", async (_, sql) => {
  const file = temporaryDatabase();
  execute(file, sql);

  expect(await refusalOf(file)).toBe(`The database ${file} belongs to another program: name another file.`);
});

test("a database of another program whose tables are still in its write-ahead log is refused", async () => {
  const file = temporaryDatabase();
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  other.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (b TEXT)");

  expect(await refusalOf(file)).toMatch(/belongs to another program/);
});

test("a new file has the application id NXSY; a file from before there was one gets it and keeps its users", async () => {
  const file = temporaryDatabase();
  const id = () => readFileSync(file).toString("latin1", 68, 72);
  const store = storeOf(file);
  await store.load(directoryOf({ users: [{ id: "u-ada", nickname: "adk" }] }));
  await store.close();
  expect(id()).toBe("NXSY");
  execute(file, "DROP TABLE wal_link; PRAGMA application_id = 0");
  expect(id()).toBe("\0\0\0\0");

  const again = storeOf(file);
  expect(await again.user("u-ada")).toEqual({ id: "u-ada", nickname: "adk" });
  await change(again, "u-ada", { nickname: "ada" });
  await again.close();

  expect(id()).toBe("NXSY");
});

test("a file that lacks a table is refused by its name and not locked", async () => {
  const file = temporaryDatabase();
  await storeOf(file).close();
  execute(file, "DROP TABLE role_connection_maps");

  for (const _ of ["first", "second"])
    await expect(refusalOf(file)).resolves.toBe(
      `The database ${file} can't be opened: no such table: role_connection_maps.`,
    );
});

test("a hard link is refused while the file has two names, whether or not a server has it open", async () => {
  const [file, link] = [temporaryDatabase(), join(temporaryFolder(), "link.db")];
  const store = storeOf(file);
  linkSync(file, link);

  expect(await refusalOf(link)).toMatch(/ has 2 hard links, .*: remove the other names\.$/);
  await store.close();
  expect(await refusalOf(file)).toMatch(/ has 2 hard links/);

  rmSync(link);
  expect(await refusalOf(file)).toBe("opened");
});

test("a file that is mounted by itself is refused, and a mounted folder has the same lock", async (context) => {
  const [file, folder] = [temporaryDatabase(), temporaryFolder()];
  const store = storeOf(file);
  const target = join(folder, "with a space.db");
  writeFileSync(target, "");
  const { status } = spawnSync("mount", ["--bind", file, target]);
  context.skip(status !== 0, "mount --bind is missing, or is not permitted here.");
  onTestFinished(() => void execFileSync("umount", [target]));
  const second = temporaryFolder();
  execFileSync("mount", ["--bind", join(file, ".."), second]);
  onTestFinished(() => void execFileSync("umount", [second]));

  expect(await refusalOf(target)).toMatch(/ is mounted as a single file, .*: mount its folder\.$/);
  expect(await refusalOf(join(second, "nexus.db"))).toMatch(/ is in use by another server\.$/);
  await store.close();
});

/** Restores `copy` over a file whose server was killed: its write-ahead log has the last changes. */
async function restoredOver(makeCopy: (file: string, copy: string) => unknown): Promise<string> {
  const [live, file] = [temporaryDatabase(), temporaryDatabase()];
  const copy = join(temporaryFolder(), "copy.db");
  const before = storeOf(live);
  await before.load(directoryOf({ users: Array.from({ length: 300 }, (_, index) => ({ id: `u-${index}` })) }));
  await before.close();
  const store = storeOf(live);
  await change(store, "u-0", { nickname: "before the copy" });
  await makeCopy(live, copy);
  await change(store, "u-1", { nickname: "after the copy" });
  // A checkpoint resets the log; only later changes are in it.
  execute(live, "PRAGMA wal_checkpoint(TRUNCATE)");
  for (let turn = 0; turn < 3; turn += 1) await change(store, `u-${turn}`, { nickname: `turn ${turn}` });
  copyFileSync(`${live}-wal`, `${file}-wal`);
  if (existsSync(copy)) copyFileSync(copy, file);
  return file;
}

async function backUp(file: string, copy: string): Promise<void> {
  const source = new DatabaseSync(file, { readOnly: true });
  await backup(source, copy);
  source.close();
}

const COPIES: [string, (file: string, copy: string) => unknown][] = [
  ["a copy by VACUUM INTO", (file, copy) => execute(file, `VACUUM INTO '${copy}'`)],
  ["a copy by SQLite's backup API", backUp],
  ["a copy of the file alone", copyFileSync],
  ["a new database", (_, copy) => openSqliteStore(copy).close()],
];

test.each(COPIES)("%s over an old write-ahead log is refused until the log is removed", async (_, makeCopy) => {
  const file = await restoredOver(makeCopy);

  expect(await refusalOf(file)).toBe(
    `The database ${file} was replaced, but ${file}-wal belongs to the previous file and would corrupt this one. ` +
      `To use the file as it is, remove ${file}-wal and ${file}-shm, and start again.`,
  );

  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
  expect(await refusalOf(file)).toBe("opened");
});

test.each(["missing", "empty"])(
  "a write-ahead log whose database is %s is refused with both remedies",
  async (state) => {
    const file = await restoredOver(() => {});

    if (state === "empty") writeFileSync(file, "");

    expect(await refusalOf(file)).toBe(
      `The database ${file} is missing or empty, but ${file}-wal has the last changes of the previous file. ` +
        `Move that file back, or, for a new database, move ${file}-wal and ${file}-shm away.`,
    );
  },
);

test("a file with its own write-ahead log has every change, also if the file is a later copy", async () => {
  const [live, file] = [temporaryDatabase(), temporaryDatabase()];
  const store = storeOf(live);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  await change(store, "u-ada", { nickname: "first" });
  await backUp(live, file);
  await change(store, "u-ada", { nickname: "last" });
  copyFileSync(`${live}-wal`, `${file}-wal`);

  expect(await storeOf(file).user("u-ada")).toEqual({ id: "u-ada", nickname: "last" });
});

test.each(["replaced", "removed"])("syncs are unavailable while the file is %s under the store", async (how) => {
  const [file, away] = [temporaryDatabase(), join(temporaryFolder(), "away.db")];
  const store = storeOf(file);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  renameSync(file, away);
  if (how === "replaced") copyFileSync(away, file);

  await expect(change(store, "u-ada", { nickname: "lost" })).rejects.toThrow(StoreUnavailable);
  await expect(store.ready()).rejects.toThrow(/ was replaced or removed while it is in use: restart the server\.$/);

  renameSync(away, file);
  await change(store, "u-ada", { nickname: "kept" });
  await store.ready();
});

test("syncs are unavailable while the write-ahead log is removed under the store, and a restart keeps them all", async () => {
  const file = temporaryDatabase();
  const store = storeOf(file);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  await change(store, "u-ada", { nickname: "kept" });
  rmSync(`${file}-wal`);

  await expect(change(store, "u-ada", { nickname: "lost" })).rejects.toThrow(StoreUnavailable);
  await expect(store.ready()).rejects.toThrow(/-wal was replaced or removed while it is in use: restart the server\.$/);

  await store.close();
  expect(await storeOf(file).user("u-ada")).toEqual({ id: "u-ada", nickname: "kept" });
});
