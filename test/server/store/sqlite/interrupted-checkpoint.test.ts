import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { checkFile } from "../../../../server/store/sqlite/file-check.ts";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { temporaryDatabase } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf } from "../store-under-test.ts";

const PAGE_BYTES = 4096;
const IDS = Array.from({ length: 200 }, (_, index) => `u-${index}`);

function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const FILES_BEFORE: [string, (file: string) => unknown][] = [
  ["a new file", () => {}],
  ["an empty database", (file) => openSqliteStore(file).close()],
  [
    "a file without the application id, from before there was one",
    async (file) => {
      await openSqliteStore(file).close();
      execute(file, "DROP TABLE wal_link; PRAGMA application_id = 0; VACUUM");
    },
  ],
];

/**
 * The states of a file whose process is killed after any page of a checkpoint. SQLite writes the pages of the log into the
 * file in ascending order, so page 1 names more pages than the file has.
 */
async function interruptedCheckpoints(prepare: (file: string) => unknown) {
  const live = temporaryDatabase();
  await prepare(live);
  const store = openSqliteStore(live);
  onTestFinished(() => store.close());
  await store.load(directoryOf({ users: IDS.map((id) => ({ id, nickname: id.padEnd(200, "-") })) }));
  const [log, before] = [readFileSync(`${live}-wal`), readFileSync(live)];
  execute(live, "PRAGMA wal_checkpoint(TRUNCATE)");
  const after = readFileSync(live);
  const pages = after.length / PAGE_BYTES;
  expect(before.length).toBeLessThan(after.length);
  expect(pages).toBeGreaterThan(10);
  const stateOf = (written: number) => {
    const end = written * PAGE_BYTES;
    return Buffer.concat([after.subarray(0, end), before.subarray(end)]);
  };
  return { live, store, log, states: Array.from({ length: pages + 1 }, (_, written) => stateOf(written)) };
}

function fileOf(state: Buffer, log: Buffer): string {
  const file = temporaryDatabase();
  writeFileSync(file, state);
  writeFileSync(`${file}-wal`, log);
  return file;
}

test.each(FILES_BEFORE)("%s whose checkpoint was killed after any page opens with every user", async (_, prepare) => {
  const { log, states } = await interruptedCheckpoints(prepare);

  for (const [written, state] of states.entries()) {
    const file = fileOf(state, log);
    checkFile(file, { isInUse: true });
    const store = openSqliteStore(file);
    expect((await store.users(1)).total, `${written} pages written`).toBe(IDS.length);
    await store.close();
  }
});

test("a copy of a file during a checkpoint is refused beside a later write-ahead log", async () => {
  const { live, store, states } = await interruptedCheckpoints((file) => openSqliteStore(file).close());
  for (const nickname of ["ada", "adk", "ada"]) await change(store, "u-1", { nickname });
  const later = readFileSync(`${live}-wal`);

  for (const state of states.slice(0, -1)) {
    expect(() => openSqliteStore(fileOf(state, later))).toThrow(/ was replaced, but .*-wal|-wal do not fit together/);
  }
});

/** The header of a rollback journal of a file with no pages (https://sqlite.org/fileformat.html#the_rollback_journal). */
function emptyJournal(): Buffer {
  const journal = Buffer.alloc(512);
  journal.write("d9d505f920a163d7", "hex");
  for (const [at, value] of Object.entries({ 20: 512, 24: PAGE_BYTES })) journal.writeUInt32BE(value, Number(at));
  return journal;
}

test("a new file that a loss of power left without the content of its first page is created again", async () => {
  const file = fileOf(Buffer.alloc(PAGE_BYTES), Buffer.alloc(0));
  writeFileSync(`${file}-journal`, emptyJournal());

  const store = openSqliteStore(file);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));

  expect((await store.users(1)).total).toBe(1);
  await store.close();
});
