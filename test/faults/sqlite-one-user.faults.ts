import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { problemsOf } from "./checker.ts";
import { createSqliteScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

test("32 concurrent callers on one user lose no update", async () => {
  const { userIds, recorder, startServer, read } = createSqliteScene({ users: 1 });
  await startServer();
  const load = startLoad(recorder, { callers: 32, userIds, random: seededRandom(1) });
  await setTimeout(2_000);
  await load.stop();
  expect(problemsOf({ records: recorder.records, finals: read().users })).toEqual([]);
  expect(recorder.records.filter(({ outcome }) => outcome === "ok").length).toBeGreaterThan(320);
});
