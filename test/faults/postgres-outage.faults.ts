import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PostgresServer } from "../../scripts/shared/postgres-server.ts";
import { isUnanswered, problemsOf } from "./checker.ts";
import { readPostgres } from "./postgres-read.ts";
import { createPostgresScene } from "./postgres-scene.ts";
import { replayProblems } from "./replay.ts";
import { until } from "./server-under-test.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

/** Milliseconds that the database is away. */
const AWAY_MS = 1_500;

test.for<[string, (postgres: PostgresServer) => Promise<void>]>([
  ["is stopped as usual", (postgres) => postgres.stop("fast")],
  ["is stopped at once", (postgres) => postgres.stop("immediate")],
  ["is killed with all its processes", (postgres) => postgres.kill()],
])(
  "a database that %s under load: 503 meanwhile, ready within 5 s of its return, nothing lost",
  { timeout: 90_000 },
  async ([, takeAway]) => {
    const { postgres, userIds, startServer } = await createPostgresScene({ users: 60 });
    const servers = [await startServer(), await startServer()];
    const random = seededRandom(1);
    const loads = servers.map(({ recorder }, index) =>
      startLoad(recorder, { name: `s${index}c`, callers: 10, userIds, random }),
    );
    await setTimeout(1_000);

    await takeAway(postgres);
    const marks = servers.map(({ recorder }) => recorder.records.length);
    await setTimeout(AWAY_MS);
    for (const { page } of servers) expect([await page("/livez"), await page("/readyz")]).toEqual([200, 503]);
    servers.forEach(({ recorder: { records } }, index) => {
      expect(records.slice(marks[index]).filter(({ status }) => status === 503).length).toBeGreaterThan(10);
    });

    await postgres.start();
    const readyMs = await Promise.all(
      servers.map(({ page }) => until(async () => (await page("/readyz")) === 200, 5_000)),
    );
    const okMs = await Promise.all(
      servers.map(({ recorder: { records } }) => until(async () => records.at(-1)?.outcome === "ok", 5_000)),
    );
    console.log(`ready after ${readyMs.map(Math.round)} ms, syncs after ${okMs.map(Math.round)} ms more`);
    await setTimeout(500);
    for (const load of loads) await load.stop();

    for (const { isRunning } of servers) expect(isRunning()).toBe(true);
    const records = servers.flatMap(({ recorder }) => recorder.records);
    expect(records.filter(isUnanswered)).toEqual([]);
    const { users } = await readPostgres(postgres.url);
    expect(problemsOf({ records, finals: users }).slice(0, 20)).toEqual([]);
    const targets = servers.map(({ target }) => target);
    expect(await replayProblems(targets, "u-0", () => readPostgres(postgres.url))).toEqual([]);
  },
);
