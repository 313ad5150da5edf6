import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PostgresServer } from "../../scripts/shared/postgres-server.ts";
import { until } from "../../scripts/shared/program.ts";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { isFailure, problemsOf } from "./checker.ts";
import { replayProblems } from "./replay.ts";
import { createPostgresScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

const OUTAGE_MS = 1_500;

test.for<[string, (postgres: PostgresServer) => Promise<unknown>]>([
  ["is stopped", (postgres) => postgres.stop("fast")],
  ["is stopped immediately", (postgres) => postgres.stop("immediate")],
  ["is killed with all its processes", (postgres) => postgres.kill()],
])(
  "when the database %s under load, syncs are 503 until it returns, and no sync is lost",
  { timeout: 90_000 },
  async ([, stopDatabase]) => {
    const { postgres, userIds, startServer, read } = await createPostgresScene({ users: 60 });
    const servers = [await startServer(), await startServer()];
    const random = seededRandom(1);
    const loads = servers.map(({ recorder }, index) =>
      startLoad(recorder, { name: `s${index}c`, callers: 10, userIds, random }),
    );
    await setTimeout(1_000);

    await stopDatabase(postgres);
    const marks = servers.map(({ recorder }) => recorder.records.length);
    await setTimeout(OUTAGE_MS);
    for (const { page } of servers) expect([await page("/livez"), await page("/readyz")]).toEqual([200, 503]);
    const rejected = () =>
      servers.map(({ recorder: { records } }, index) =>
        records.slice(marks[index]).filter(({ status }) => status === 503),
      );
    await until(() => rejected().every(({ length }) => length > 10), 10_000);

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
    expect(records.filter(isFailure)).toEqual([]);
    const { users } = await read();
    expect(problemsOf({ records, finals: users }).slice(0, 20)).toEqual([]);
    const targets = servers.map(({ target }) => target);
    expect(await replayProblems(targets, "u-0", read)).toEqual([]);
  },
);
