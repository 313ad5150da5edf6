import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { temporaryDatabase } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf } from "../store-under-test.ts";
import { storeOf } from "./backup-program.ts";

const USERS = Array.from({ length: 300 }, (_, index) => ({ id: `u-${index}`, nickname: "x".repeat(1_000) }));

const TOGETHER = /-wal do not fit together: one of them was replaced or is damaged\. Keep a copy of both\. /;

function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

async function databaseWithUsers(): Promise<string> {
  const file = temporaryDatabase();
  const store = openSqliteStore(file);
  await store.load(directoryOf({ users: USERS }));
  await store.close();
  return file;
}

/** As the first releases wrote it. */
async function databaseWithoutLink(): Promise<string> {
  const file = await databaseWithUsers();
  execute(file, "DROP TABLE wal_link; PRAGMA application_id = 0; VACUUM");
  return file;
}

/** A copy of `file` beside the write-ahead log of `live`. */
function withLogOf(live: string, file: string): string {
  const joined = temporaryDatabase();
  copyFileSync(file, joined);
  copyFileSync(`${live}-wal`, `${joined}-wal`);
  return joined;
}

test("a copy from before the first commit was counted is refused beside a log that starts with this commit", async () => {
  const [live, copy] = [await databaseWithoutLink(), temporaryDatabase()];
  copyFileSync(live, copy);
  execute(live, "INSERT INTO users SELECT 'n-' || id, document, loaded FROM users");
  const store = storeOf(live);
  await change(store, "u-1", { nickname: "later" });

  expect(() => openSqliteStore(withLogOf(live, copy))).toThrow(TOGETHER);
});

const COPIES: [string, (file: string, copy: string) => unknown][] = [
  ["a copy by VACUUM INTO", (file, copy) => execute(file, `VACUUM INTO '${copy}'`)],
  [
    "a copy as the backup command makes it",
    async (file, copy) => {
      const source = new DatabaseSync(file, { readOnly: true });
      await backup(source, copy);
      source.close();
      execute(copy, "PRAGMA journal_mode = DELETE");
    },
  ],
];

test.each(COPIES)("%s is refused beside the log of the original after another server used it", async (_, makeCopy) => {
  const [live, copy] = [await databaseWithUsers(), temporaryDatabase()];
  const store = storeOf(live);
  await change(store, "u-1", { nickname: "before the copy" });
  await makeCopy(live, copy);
  const elsewhere = openSqliteStore(copy);
  await change(elsewhere, "u-2", { nickname: "elsewhere" });
  await elsewhere.close();
  for (const { id } of USERS.slice(3, 9)) await change(store, id, { nickname: "live" });

  expect(() => openSqliteStore(withLogOf(live, copy))).toThrow(/ was replaced, but .*-wal|-wal do not fit together/);
});

test("a file with its own log opens after a VACUUM and a loss of power while the log was written into the file", async () => {
  const live = await databaseWithoutLink();
  const store = storeOf(live);
  execute(live, "PRAGMA wal_checkpoint(TRUNCATE)");
  const before = readFileSync(live);
  execute(live, "VACUUM");
  await change(store, "u-1", { nickname: "last" });
  const copy = withLogOf(live, live);
  execute(live, "PRAGMA wal_checkpoint(TRUNCATE)");
  // All pages but the first are on disk.
  writeFileSync(copy, Buffer.concat([before.subarray(0, 4096), readFileSync(live).subarray(4096)]));

  expect(await storeOf(copy).user("u-1")).toEqual({ id: "u-1", nickname: "last" });
});

test("a damaged file beside its own log is refused without the advice to remove the log", async () => {
  const live = await databaseWithUsers();
  const store = storeOf(live);
  await change(store, "u-1", { nickname: "only in the log" });
  const copy = withLogOf(live, live);
  truncateSync(copy, 3 * 4096);

  expect(() => openSqliteStore(copy)).toThrow(TOGETHER);
});

test.each(["DELETE", "WAL"])(
  "a file of a newer version in the journal mode %s is refused and unchanged",
  async (mode) => {
    const [live, file] = [await databaseWithUsers(), temporaryDatabase()];
    const other = new DatabaseSync(live);
    onTestFinished(() => other.close());
    other.exec(`PRAGMA journal_mode = ${mode}; PRAGMA user_version = 2`);
    copyFileSync(live, file);
    if (mode === "WAL") copyFileSync(`${live}-wal`, `${file}-wal`);
    const before = readFileSync(file);

    expect(() => openSqliteStore(file)).toThrow(`${file} was written by a newer version of this server (schema 2).`);

    expect(readFileSync(file).equals(before)).toBe(true);
  },
);
