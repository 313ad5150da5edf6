import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../server/store/sqlite/schema.ts";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { type Store, StoreUnusable } from "../../../../server/store/store.ts";
import { startStub } from "../../../../server/stub/start-stub.ts";
import { acme } from "../../../helpers/stub.ts";
import { bytesOf, temporaryDatabase, temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf, look } from "../store-under-test.ts";

/** A store with the user u-ada, closed at the end of the test. */
async function storeOf(file: string): Promise<Store> {
  const store = openSqliteStore(file);
  onTestFinished(() => store.close().catch(() => {}));
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  return store;
}

/** Another connection to the same file, as the sqlite3 command would open it. */
function secondConnection(file: string): DatabaseSync {
  const second = new DatabaseSync(file);
  onTestFinished(() => second.close());
  return second;
}

/** The message of StoreUnusable, or "opened". */
async function refusalOf(file: string): Promise<string> {
  try {
    await openSqliteStore(file).close();
    return "opened";
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnusable);
    const { message } = error as Error;
    expect(message).toMatch(/^[^\r\n]+\.$/);
    expect(message).toContain(file);
    return message;
  }
}

const inUse = (file: string) => `The database ${file} is in use by another server.`;

test.each([":memory:", "a file"])(
  "every commit to %s is synced to disk, and busy_timeout is at most 100 ms",
  (where) => {
    const { database, release } = openDatabase(where === ":memory:" ? where : temporaryDatabase());
    onTestFinished(() => {
      database.close();
      release();
    });
    const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

    expect(pragma("synchronous")).toBe(2);
    expect(pragma("journal_mode")).toBe(where === ":memory:" ? "memory" : "wal");
    expect(Number(pragma("busy_timeout"))).toBeLessThanOrEqual(100);
  },
);

test("only a sync that changes the user writes to the file; other connections see the change at once", async () => {
  const file = temporaryDatabase();
  const store = await storeOf(file);
  const read = secondConnection(file).prepare("SELECT document FROM users");
  const before = bytesOf(file);

  await look(store, "u-ada", ["a"]);
  await look(store, "u-unknown", ["a"]);
  await store.user("u-ada");
  expect(bytesOf(file)).toEqual(before);

  await change(store, "u-ada", { nickname: "adk" });
  expect(bytesOf(file)).not.toEqual(before);
  expect(JSON.parse(String(read.get()?.document))).toEqual({ id: "u-ada", nickname: "adk" });
});

test("a second server on the same file is refused until the first one closes", async () => {
  const database = temporaryDatabase();
  const first = await startStub({ database, directory: acme() });

  await expect(startStub({ database })).rejects.toThrow(new StoreUnusable(inUse(database)));
  expect(await first.user("u-ada")).toMatchObject({ id: "u-ada" });

  await Promise.all([first.close(), first.close()]);
  expect(await refusalOf(database)).toBe("opened");
});

test.each(["file", "folder"])("a second server is also refused through a link to the %s", async (linked) => {
  const file = temporaryDatabase();
  await storeOf(file);
  const link = join(temporaryFolder(), "link");
  symlinkSync(linked === "file" ? file : dirname(file), link);
  const alias = linked === "file" ? link : join(link, basename(file));

  expect(await refusalOf(alias)).toBe(inUse(alias));
});

test("a file that was created through a link is locked under its own name too", async () => {
  const folder = temporaryFolder();
  const [link, file] = [join(folder, "link.db"), join(folder, "nexus.db")];
  symlinkSync(file, link);
  await storeOf(link);

  expect(await refusalOf(file)).toBe(inUse(file));
});

const SUFFIXES = ["", "-owner", "-owner-journal", "-shm", "-wal"];

/** The mode of each file in the folder of a database, such as `nexus.db-wal: 600`. */
function modesBeside(file: string): string[] {
  const mode = (name: string) => (statSync(join(dirname(file), name)).mode & 0o777).toString(8);
  return readdirSync(dirname(file)).map((name) => `${name}: ${mode(name)}`);
}

test.each([0o000, 0o022, 0o077])(
  "only the server's user can read a new file and the files beside it, with umask %o",
  async (mask) => {
    const file = temporaryDatabase();
    const before = process.umask(mask);
    onTestFinished(() => void process.umask(before));
    await change(await storeOf(file), "u-ada", { nickname: "adk" });

    expect(modesBeside(file)).toEqual(SUFFIXES.map((suffix) => `nexus.db${suffix}: 600`));
  },
);

test("a file that is named like a URL is created with the same name and mode", async () => {
  const folder = temporaryFolder();
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  await storeOf("file:nexus.db");

  expect(modesBeside(join(folder, "nexus.db"))).toEqual(SUFFIXES.map((suffix) => `file:nexus.db${suffix}: 600`));
});

test("an existing file keeps its mode, which its write-ahead log gets too", async () => {
  const file = temporaryDatabase();
  writeFileSync(file, "");
  chmodSync(file, 0o640);
  await storeOf(file);

  const modes = ["640", "600", "600", "640", "640"];
  expect(modesBeside(file)).toEqual(SUFFIXES.map((suffix, index) => `nexus.db${suffix}: ${modes[index]}`));
});

/** A process that opens the file as `user`, stores a user, prints "ready" or the error, and stays. */
function ownerProcess(file: string, { user }: { user?: number } = {}): ChildProcess {
  const module = (name: string) => JSON.stringify(new URL(`../../../../server/${name}`, import.meta.url).href);
  const script = `
    const { openSqliteStore } = await import(${module("store/sqlite/sqlite-store.ts")});
    const { checkDirectory } = await import(${module("directory/directory.ts")});
    // Only now, because another user may not be able to enter the folder of the modules.
    ${user === undefined ? "" : `process.setuid(${user});`}
    try {
      // A global, because garbage collection would close the store and release the lock.
      globalThis.store = openSqliteStore(${JSON.stringify(file)});
      await store.load(await checkDirectory({ users: [{ id: "u-child" }], roles: [], roleConnectionMaps: [] }));
      console.log("ready");
      setInterval(() => {}, 1_000);
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: dirname(file) });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("The process has no output.");
  const ended = once(child, "close").then(() => ["ended without output"]);
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  return String(line).trim();
}

test("a file whose server was killed is available at once, with all stored data", async () => {
  const file = temporaryDatabase();
  const owner = ownerProcess(file);
  expect(await firstLine(owner)).toBe("ready");
  expect(await refusalOf(file)).toBe(inUse(file));

  owner.kill("SIGKILL");
  await once(owner, "exit");

  expect(await (await storeOf(file)).user("u-child")).toEqual({ id: "u-child" });
});

test("a file with a newer schema version is refused, unchanged and not locked", async () => {
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

test("a file whose folder can't be entered is refused with one line", async () => {
  const folder = temporaryFolder();
  // Root can enter every folder, but not a symbolic link to itself.
  symlinkSync("loop", join(folder, "loop"));
  const file = join(folder, "loop", "nexus.db");
  expect(await refusalOf(file)).toMatch(/^The database \S+ can't be opened: ELOOP: [^\n]+$/);
});

test("a folder and a file in a missing folder are refused, and no file or folder is created", async () => {
  const folder = temporaryFolder();
  const missing = join(folder, "missing", "nexus.db");

  expect(await refusalOf(folder)).toBe(`${folder} is a folder, not a file.`);
  expect(await refusalOf(missing)).toMatch(/ENOENT/);
  expect([existsSync(`${folder}-owner`), existsSync(dirname(missing))]).toEqual([false, false]);
});

test.each([
  ["text", "users,roles\n".repeat(1_000)],
  ["a few bytes", "no"],
  ["a truncated database", "SQLite format 3\u0000".padEnd(4_096, "\u0001")],
])("a file that contains %s is refused, unchanged and not locked", async (_, content) => {
  const file = temporaryDatabase();
  writeFileSync(file, content);

  expect(await refusalOf(file)).not.toBe("opened");

  expect(readFileSync(file, "utf8")).toBe(content);
  writeFileSync(file, "");
  expect(await refusalOf(file)).toBe("opened");
});

/** Root can write to all files, so the process under test runs as another user. */
const unprivileged = process.getuid?.() === 0 ? { user: 65_534 } : {};

test("a file beside the database that can't be written is refused at start by its name", async () => {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder);
  const file = join(folder, "nexus.db");
  const store = await storeOf(file);
  onTestFinished(() => store.close());
  for (const one of [dirname(folder), folder]) chmodSync(one, 0o777);

  const tried = ["-wal", "-shm", "-owner"].map(async (readOnly) => {
    const copy = `${file}.copy${readOnly}`;
    for (const suffix of ["", "-wal", "-shm", "-owner"]) {
      copyFileSync(file + suffix, copy + suffix);
      chmodSync(copy + suffix, suffix === readOnly ? 0o444 : 0o666);
    }
    const line = await firstLine(ownerProcess(copy, unprivileged));
    expect(line).toContain(`StoreUnusable: The database ${copy} can't be opened: EACCES: permission denied`);
    expect(line).toContain(`${copy}${readOnly}'.`);
  });

  await Promise.all(tried);
});

test.each([
  ["file", 0o777],
  ["file and folder", 0o555],
])("a read-only %s is refused at start", async (_, mode) => {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder);
  const file = join(folder, "nexus.db");
  await (await storeOf(file)).close();
  writeFileSync(`${file}-owner`, "");
  for (const one of [file, `${file}-owner`]) chmodSync(one, one === file ? 0o444 : 0o666);
  chmodSync(dirname(folder), 0o755);
  chmodSync(folder, mode);
  onTestFinished(() => chmodSync(folder, 0o755));

  const line = await firstLine(ownerProcess(file, unprivileged));

  expect(line).toMatch(/^StoreUnusable: /);
  expect(line).toContain(file);
});
