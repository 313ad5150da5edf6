import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { quantile } from "../../scripts/shared/statistics.ts";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { holdUser } from "../helpers/postgres.ts";
import { problemsOf } from "./checker.ts";
import { createPostgresScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

/** More than the server has connections to the database. */
const CALLERS = 24;

test("a user whose row is locked does not delay other users", async () => {
  const { postgres, userIds, startServer, read } = await createPostgresScene({ users: 200 });
  const { recorder } = await startServer();
  const [held = "", ...others] = userIds;
  const random = seededRandom(1);
  const otherLoad = startLoad(recorder, { name: "other", callers: 8, userIds: others, random, pauseMs: 40 });
  await setTimeout(1_000);
  const release = await holdUser(postgres.url, held);
  const from = performance.now();
  const waiting = startLoad(recorder, { name: "held", callers: CALLERS, userIds: [held], random });
  await setTimeout(3_000);
  const to = performance.now();
  await release();
  await setTimeout(500);
  for (const load of [waiting, otherLoad]) await load.stop();

  const good = recorder.records.filter(({ outcome }) => outcome === "ok");
  const ms = good.flatMap(({ userId, start, end }) =>
    userId !== held && start >= from && end <= to ? [end - start] : [],
  );
  console.log(`${ms.length} syncs of other users, p99 ${quantile(ms, 0.99)} ms`);
  expect(ms.length).toBeGreaterThan(100);
  // The lock timeout, for which a sync of the held user waits.
  expect(quantile(ms, 0.99)).toBeLessThan(1_000);
  expect(problemsOf({ records: recorder.records, finals: (await read()).users })).toEqual([]);
  expect(good.some(({ userId, start }) => userId === held && start > from)).toBe(true);
});
