import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { problemsOf } from "./checker.ts";
import { createRecorder } from "./recorder.ts";
import { createScene } from "./scene.ts";
import { startServerUnderTest } from "./server-under-test.ts";
import { readSqlite } from "./sqlite-read.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

test("32 callers on one user lose none of each other's writes", async () => {
  const { folder, userIds, authorization, flags } = createScene({ users: 1 });
  const database = join(folder, "nexus.sqlite");
  const { url } = await startServerUnderTest([...flags, "--database", database]);
  const recorder = createRecorder({ url, authorization });
  const load = startLoad(recorder, { callers: 32, userIds, random: seededRandom(1) });
  await setTimeout(2_000);
  await load.stop();
  const { users: finals } = readSqlite(database);
  expect(problemsOf({ records: recorder.records, finals })).toEqual([]);
  expect(recorder.records.filter(({ outcome }) => outcome === "ok").length).toBeGreaterThan(320);
});
