import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { until } from "../../../../scripts/shared/program.ts";
import { seededRandom } from "../../../../server/stub/fault-rules.ts";
import { problemsOf } from "../../../faults/checker.ts";
import { readSqlite } from "../../../faults/database-read.ts";
import { createSqliteScene } from "../../../faults/scene.ts";
import { canMountSmallDisk, mountSmallDisk } from "../../../faults/small-disk.ts";
import { startLoad } from "../../../faults/steady-load.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { directoryOf } from "../store-under-test.ts";
import { startBackup, storeWithUsers } from "./backup-program.ts";

test("after kill -9 under load, a restored backup has every sync that was acknowledged before it", {
  timeout: 120_000,
}, async () => {
  const { userIds, recorder, startServer, database } = createSqliteScene({ users: 200 });
  const server = await startServer();
  const { records } = recorder;
  const load = startLoad(recorder, { callers: 12, userIds, random: seededRandom(1) });
  await until(() => records.length > 1_000, 60_000);
  const copy = join(temporaryFolder(), "copy.sqlite");
  const startedAt = performance.now();
  expect((await startBackup([copy, "--database", database]).ended).code).toBe(0);
  const inBackup = records.length;
  await until(() => records.length > inBackup + 1_000, 60_000);
  await server.end("SIGKILL");
  await load.stop();
  expect(problemsOf({ records, finals: readSqlite(database).users })).toEqual([]);

  // The wrong way: the old write-ahead log stays.
  copyFileSync(copy, database);
  await expect(startServer()).rejects.toThrow(/^The program ended with 2 .* was replaced, but .*-wal belongs to/);
  expect(readFileSync(database).equals(readFileSync(copy))).toBe(true);

  for (const suffix of ["-wal", "-shm"]) rmSync(database + suffix);
  const restored = await startServer();
  // The syncs after the start of the backup may be in it, or not.
  const acknowledged = records.map((record) =>
    record.outcome === "ok" && record.end > startedAt ? { ...record, outcome: "unknown" as const } : record,
  );
  expect(acknowledged.filter(({ outcome }) => outcome === "ok").length).toBeGreaterThan(500);
  expect(problemsOf({ records: acknowledged, finals: readSqlite(database).users })).toEqual([]);
  expect(await restored.page("/readyz")).toBe(200);
  const last = await recorder.caller("last").sync("u-0");
  expect(last.outcome).toBe("ok");
});

/** A store with 100 MB of users, for a backup that takes a moment. */
async function largeStore() {
  const { file, store } = await storeWithUsers();
  const description = "x".repeat(100_000);
  await store.load(directoryOf({ users: Array.from({ length: 1_000 }, (_, id) => ({ id: `l-${id}`, description })) }));
  return { file, store };
}

test.each(["SIGINT", "SIGTERM"] as const)("a backup that is ended by %s leaves no file", async (signal) => {
  const { file } = await largeStore();
  const folder = temporaryFolder();
  const program = startBackup([join(folder, "copy.sqlite"), "--database", file]);
  await until(() => readdirSync(folder).length > 0, 5_000);

  expect(await program.end(signal)).toMatchObject({ code: null, signal });

  expect(readdirSync(folder)).toEqual([]);
});

test("a backup on a full disk fails with exit code 1 and leaves no file", async (context) => {
  context.skip(!canMountSmallDisk(), "A tmpfs can't be mounted here.");
  const { file } = await largeStore();
  const { folder } = mountSmallDisk(20);

  const { code, output } = await startBackup([join(folder, "copy.sqlite"), "--database", file]).ended;

  expect([code, output]).toEqual([1, expect.stringMatching(/^The backup failed, nothing was written: .*full\.\n$/)]);
  expect(readdirSync(folder)).toEqual([]);
});

test("arguments and files that can't be used end the backup with exit code 2 and one line, and nothing is written", async () => {
  const { file, store } = await storeWithUsers();
  await store.close();
  const folder = dirname(file);
  const [foreign, text, existing] = ["foreign.db", "text.db", "existing.db"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const other = new DatabaseSync(foreign);
  other.exec("CREATE TABLE users (name TEXT)");
  other.close();
  for (const one of [text, existing]) writeFileSync(one, "users,roles\n".repeat(1_000));
  const before = readdirSync(folder);
  const copy = join(folder, "copy.db");
  const cases: [string[], RegExp][] = [
    [[], /^Name one file for the backup\./],
    [[copy, `${copy}-2`, "--database", file], /^Name one file for the backup\./],
    [[copy], /^Name the database with --database or NEXUS_SYNC_DATABASE\.$/],
    [
      [copy, "--databse", file],
      /^Unknown option '--databse'\. Did you mean '--database'\? --help lists the options\.$/,
    ],
    [[copy, "--database", join(folder, "none.db")], /none\.db does not exist, is empty, or is not a file\.$/],
    [[copy, "--database", "postgres://me:planted@db/nexus"], /Back up PostgreSQL with pg_dump\.$/],
    [[copy, "--database", foreign], /foreign\.db belongs to another program/],
    [[copy, "--database", text], /text\.db can't be opened: file is not a database\.$/],
    [[existing, "--database", file], /existing\.db exists: name a new file, or remove it\.$/],
    [[join(folder, "missing", "copy.db"), "--database", file], /^The file can't be written: ENOENT/],
  ];

  const ended = await Promise.all(cases.map(([args]) => startBackup(args, { NEXUS_SYNC_DATABASE: "" }).ended));

  for (const [index, { code, output }] of ended.entries()) {
    expect([code, output.trim()]).toEqual([2, expect.stringMatching(cases[index]?.[1] ?? "")]);
    expect(output).toMatch(/^[^\n]+\n$/);
    expect(output).not.toContain("planted");
  }
  const left = readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name));
  expect(left).toEqual(before);
  expect(readFileSync(existing, "utf8")).toMatch(/^users,roles/);
});
