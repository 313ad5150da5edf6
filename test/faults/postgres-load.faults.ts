import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { quantile } from "../../scripts/shared/statistics.ts";
import { isUnanswered, problemsOf } from "./checker.ts";
import { readPostgres } from "./postgres-read.ts";
import { createPostgresScene } from "./postgres-scene.ts";
import { replayProblems } from "./replay.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

const SECONDS = 10;

test("two servers, 32 callers on one user, 1,000 users beside: nothing lost or torn, the others' p99 is at most 200 ms", {
  timeout: 90_000,
}, async () => {
  const { postgres, userIds, startServer } = await createPostgresScene({ users: 1_001 });
  const [hot = "", ...others] = userIds;
  const servers = [await startServer(), await startServer()];
  const random = seededRandom(1);
  const beside = servers.map(({ recorder }, index) =>
    startLoad(recorder, { name: `other${index}`, callers: 16, userIds: others, random, pauseMs: 150 }),
  );
  // What is measured is what the one user does to the others, and not a stampede of callers to servers that just began.
  await setTimeout(1_000);
  const from = performance.now();
  const onHot = servers.map(({ recorder }, index) =>
    startLoad(recorder, { name: `hot${index}`, callers: 16, userIds: [hot], random }),
  );
  const reads = [];
  for (let second = 0; second < SECONDS; second += 1) {
    await setTimeout(1_000);
    reads.push(...(await readPostgres(postgres.url)).users);
  }
  for (const load of [...beside, ...onHot]) await load.stop();

  const records = servers.flatMap(({ recorder }) => recorder.records);
  const { users } = await readPostgres(postgres.url);
  expect(problemsOf({ records, reads, finals: users }).slice(0, 20)).toEqual([]);
  expect(records.filter(isUnanswered)).toEqual([]);
  const good = records.filter(({ outcome }) => outcome === "ok");
  const ms = good.flatMap(({ userId, start, end }) => (userId !== hot && start >= from ? [end - start] : []));
  const hotCount = good.filter(({ userId }) => userId === hot).length;
  const [p50, p99] = [quantile(ms, 0.5), quantile(ms, 0.99)];
  console.log(`${hotCount} syncs of the one user; ${ms.length} beside, p50 ${p50} ms, p99 ${p99} ms`);
  expect(ms.length).toBeGreaterThan(500);
  expect(hotCount).toBeGreaterThan(500);
  expect(p99).toBeLessThanOrEqual(200);

  const targets = servers.map(({ target }) => target);
  expect(await replayProblems(targets, hot, () => readPostgres(postgres.url))).toEqual([]);
});
