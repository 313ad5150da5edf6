import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../server/store/sqlite/schema.ts";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { type Store, StoreUnavailable, StoreUnusable } from "../../../../server/store/store.ts";
import { startStub } from "../../../../server/stub/start-stub.ts";
import { acme } from "../../../helpers/stub.ts";
import { bytesOf, temporaryDatabase, temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf } from "../store-suite.ts";

/** A store of one user, u-ada; closed when the test has ended. */
async function storeOf(file: string): Promise<Store> {
  const store = openSqliteStore(file);
  onTestFinished(() => store.close().catch(() => {}));
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  return store;
}

/** Another connection to the same file, as the command sqlite3 would make it. */
function secondConnection(file: string): DatabaseSync {
  const second = new DatabaseSync(file);
  onTestFinished(() => second.close());
  return second;
}

/** What opening the file says; the store is closed again if it can be opened. */
async function refusalOf(file: string): Promise<unknown> {
  try {
    await openSqliteStore(file).close();
    return "opened";
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnusable);
    return (error as Error).message;
  }
}

const ONE_LINE = /^[^\r\n]+\.$/;

test("a file is written through a write-ahead log, which other connections see", async () => {
  const file = temporaryDatabase();
  await storeOf(file);

  expect(secondConnection(file).prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
});

test.each([":memory:", "a file"])("each commit is synced to disk: synchronous is FULL for %s", (where) => {
  const { database, release } = openDatabase(where === ":memory:" ? where : temporaryDatabase());
  onTestFinished(() => {
    database.close();
    release();
  });

  expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
});

test("the driver waits for a lock for 100 ms at most, for it blocks the event loop", () => {
  const { database, release } = openDatabase(temporaryDatabase());
  onTestFinished(() => {
    database.close();
    release();
  });

  expect(Number(database.prepare("PRAGMA busy_timeout").get()?.timeout)).toBeLessThanOrEqual(100);
});

test("all tables are STRICT, and the file tells its schema's version", async () => {
  const file = temporaryDatabase();
  await storeOf(file);
  const second = secondConnection(file);

  const tables = second.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all();

  expect(tables.length).toBeGreaterThanOrEqual(4);
  for (const { sql } of tables) expect(sql).toMatch(/\)\s*STRICT\b/);
  expect(second.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 });
});

test("a sync that saves nothing writes not a byte, and one that saves does", async () => {
  const file = temporaryDatabase();
  const store = await storeOf(file);
  const before = bytesOf(file);

  await store.sync({ userId: "u-ada", connectionId: "con_a", groups: ["a"] }, (found) => ({ result: found }));
  await store.sync({ userId: "u-nobody", connectionId: "con_a", groups: ["a"] }, (found) => ({ result: found }));
  await store.user("u-ada");
  expect(bytesOf(file)).toEqual(before);

  await change(store, "u-ada", { nickname: "adk" });
  expect(bytesOf(file)).not.toEqual(before);
});

test("what a sync has answered, another connection reads at once", async () => {
  const file = temporaryDatabase();
  const store = await storeOf(file);
  const read = secondConnection(file).prepare("SELECT document FROM users");

  await change(store, "u-ada", { nickname: "adk" });

  expect(JSON.parse(String(read.get()?.document))).toEqual({ id: "u-ada", nickname: "adk" });
});

test("a second server on the same file is refused, and starts once the first has closed", async () => {
  const database = temporaryDatabase();
  const first = await startStub({ database, directory: acme() });
  onTestFinished(() => first.close().catch(() => {}));

  await expect(startStub({ database })).rejects.toThrow(
    new StoreUnusable(`The database ${database} is in use by another server.`),
  );
  expect(await first.user("u-ada")).toMatchObject({ id: "u-ada" });

  await first.close();
  expect(await refusalOf(database)).toBe("opened");
});

test.each(["file", "folder"])("a second server that comes by a link to the %s is refused too", async (linked) => {
  const file = temporaryDatabase();
  await storeOf(file);
  const link = join(temporaryFolder(), "link");
  symlinkSync(linked === "file" ? file : dirname(file), link);

  const alias = linked === "file" ? link : join(link, basename(file));

  expect(await refusalOf(alias)).toBe(`The database ${alias} is in use by another server.`);
});

test("a file that was made through a link has one owner, by whichever name it is opened", async () => {
  const folder = temporaryFolder();
  const [link, file] = [join(folder, "link.db"), join(folder, "nexus.db")];
  symlinkSync(file, link);
  await storeOf(link);

  expect(await refusalOf(file)).toBe(`The database ${file} is in use by another server.`);
});

/** A process that opens the file with our store, says what came of it, and stays. */
function ownerProcess(file: string, options: { uid?: number } = {}): ChildProcess {
  const module = (name: string) => JSON.stringify(new URL(`../../../../server/${name}`, import.meta.url).href);
  const script = `
    const { openSqliteStore } = await import(${module("store/sqlite/sqlite-store.ts")});
    const { checkDirectory } = await import(${module("directory/directory.ts")});
    try {
      const store = openSqliteStore(${JSON.stringify(file)});
      // Held, or the garbage collector closes it and lets go of the file.
      globalThis.store = store;
      await store.load(await checkDirectory({ users: [{ id: "u-child" }], roles: [], roleConnectionMaps: [] }));
      console.log("ready");
      setInterval(() => {}, 1_000);
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: dirname(file), ...options });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** What the process says first. */
async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("The process has no output.");
  const ended = once(child, "close").then(() => ["ended without a word"]);
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  return String(line).trim();
}

test("a file whose owner was killed is free at once, and holds what the owner stored", async () => {
  const file = temporaryDatabase();
  const owner = ownerProcess(file);
  expect(await firstLine(owner)).toBe("ready");
  expect(await refusalOf(file)).toBe(`The database ${file} is in use by another server.`);

  owner.kill("SIGKILL");
  await once(owner, "exit");

  const store = await storeOf(file);
  expect(await store.user("u-child")).toEqual({ id: "u-child" });
});

test("a file that a newer version wrote is refused, is not touched, and is let go of", async () => {
  const file = temporaryDatabase();
  await (await storeOf(file)).close();
  const second = secondConnection(file);
  second.exec("PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE);");
  const before = readFileSync(file);

  expect(await refusalOf(file)).toBe(`The database ${file} was written by a newer version of this server (schema 2).`);

  expect(readFileSync(file).equals(before)).toBe(true);
  second.exec("PRAGMA user_version = 1");
  expect(await refusalOf(file)).toBe("opened");
});

test("a folder in place of the file is refused in one clear line, and nothing is left beside it", async () => {
  const folder = temporaryFolder();

  const refusal = await refusalOf(folder);

  expect(refusal).toMatch(ONE_LINE);
  expect(refusal).toContain(folder);
  expect(existsSync(`${folder}-owner`)).toBe(false);
});

test("a file in a folder that does not exist is refused in one clear line, and the folder is not made", async () => {
  const file = join(temporaryFolder(), "missing", "nexus.db");

  const refusal = await refusalOf(file);

  expect(refusal).toMatch(ONE_LINE);
  expect(refusal).toContain(file);
  expect(existsSync(dirname(file))).toBe(false);
});

for (const { what, content } of [
  { what: "text", content: Buffer.from("users,roles\n".repeat(1_000)) },
  { what: "a few bytes", content: Buffer.from("no") },
  { what: "a database cut off", content: Buffer.from("SQLite format 3\u0000".padEnd(4_096, "\u0001")) },
]) {
  test(`a file that holds ${what} is refused in one clear line, is not touched, and is let go of`, async () => {
    const file = temporaryDatabase();
    writeFileSync(file, content);

    const refusal = await refusalOf(file);

    expect(refusal).toMatch(ONE_LINE);
    expect(refusal).toContain(file);
    expect(readFileSync(file).equals(content)).toBe(true);
    writeFileSync(file, "");
    expect(await refusalOf(file)).toBe("opened");
  });
}

test("a database with tables of somebody else is refused and not touched", async () => {
  const file = temporaryDatabase();
  const other = new DatabaseSync(file);
  other.exec("CREATE TABLE users (name TEXT)");
  other.close();
  const before = readFileSync(file);

  const refusal = await refusalOf(file);

  expect(refusal).toMatch(ONE_LINE);
  const tables = secondConnection(file).prepare("SELECT name FROM sqlite_schema").all();
  expect({ tables, isSame: readFileSync(file).length === before.length }).toMatchObject({
    tables: [{ name: "users" }],
  });
});

/** Root may write everything, so that the process that must not is nobody's. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};

for (const { what, mode } of [
  { what: "file", mode: 0o777 },
  { what: "file and folder", mode: 0o555 },
]) {
  test(`a ${what} that can only be read is refused at start`, async () => {
    const folder = join(temporaryFolder(), "data");
    mkdirSync(folder);
    const file = join(folder, "nexus.db");
    await (await storeOf(file)).close();
    writeFileSync(`${file}-owner`, "");
    for (const one of [file, `${file}-owner`]) chmodSync(one, one === file ? 0o444 : 0o666);
    chmodSync(dirname(folder), 0o755);
    chmodSync(folder, mode);
    onTestFinished(() => chmodSync(folder, 0o755));

    const line = await firstLine(ownerProcess(file, nobody));

    expect(line).toMatch(/^StoreUnusable: /);
    expect(line).toContain(file);
  });
}

test("while another connection holds the write lock, a sync is unavailable soon; then it works", async () => {
  const file = temporaryDatabase();
  const store = await storeOf(file);
  const second = secondConnection(file);
  second.exec("BEGIN IMMEDIATE");
  const start = performance.now();

  await expect(change(store, "u-ada", { nickname: "late" })).rejects.toThrow(StoreUnavailable);

  expect(performance.now() - start).toBeLessThan(300);
  second.exec("ROLLBACK");
  expect(await store.user("u-ada")).toEqual({ id: "u-ada" });
  await change(store, "u-ada", { nickname: "now" });
  expect((await store.user("u-ada"))?.nickname).toBe("now");
});
