import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { quantile } from "../../scripts/shared/statistics.ts";
import { problemsOf } from "./checker.ts";
import { readPostgres } from "./postgres-read.ts";
import { createPostgresScene } from "./postgres-scene.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

/** More than the server has connections to the database. */
const CALLERS = 24;

test("a user whose row somebody holds does not hold up the others", async () => {
  const { postgres, userIds, startServer } = await createPostgresScene({ users: 200 });
  const { recorder } = await startServer();
  const [held = "", ...others] = userIds;
  const random = seededRandom(1);
  const beside = startLoad(recorder, { name: "other", callers: 8, userIds: others, random, pauseMs: 40 });
  await setTimeout(1_000);
  const holder = new pg.Client({ connectionString: postgres.url });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query("BEGIN");
  await holder.query("SELECT 1 FROM nexus_sync_users WHERE id = $1 FOR UPDATE", [held]);
  const from = performance.now();
  const waiting = startLoad(recorder, { name: "held", callers: CALLERS, userIds: [held], random });
  await setTimeout(3_000);
  const to = performance.now();
  await holder.query("ROLLBACK");
  await setTimeout(500);
  for (const load of [waiting, beside]) await load.stop();

  const good = recorder.records.filter(({ outcome }) => outcome === "ok");
  const ms = good.flatMap(({ userId, start, end }) =>
    userId !== held && start >= from && end <= to ? [end - start] : [],
  );
  console.log(`${ms.length} syncs of others, p99 ${quantile(ms, 0.99)} ms`);
  expect(ms.length).toBeGreaterThan(100);
  // Who waits with the held user waits for a lock timeout at least, which is a second.
  expect(quantile(ms, 0.99)).toBeLessThan(1_000);
  const { users } = await readPostgres(postgres.url);
  expect(problemsOf({ records: recorder.records, finals: users })).toEqual([]);
  expect(good.some(({ userId, start }) => userId === held && start > from)).toBe(true);
});
