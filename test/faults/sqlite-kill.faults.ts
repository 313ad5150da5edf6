import { setTimeout } from "node:timers/promises";
import { expect, onTestFailed, test } from "vitest";
import { until } from "../../scripts/shared/program.ts";
import { seededRandom } from "../../server/stub/fault-rules.ts";
import { problemsOf } from "./checker.ts";
import { createSqliteScene } from "./scene.ts";
import { startLoad } from "./steady-load.ts";

const ROUNDS = Number(process.env.NEXUS_SYNC_ROUNDS ?? 50);
const CALLERS = 12;

test(`${ROUNDS} rounds of kill -9 at random times under load lose no sync`, { timeout: 240_000 }, async () => {
  const seed = Number(process.env.NEXUS_SYNC_SEED ?? Date.now() % 1_000_000);
  onTestFailed(() => console.error(`To repeat the times: NEXUS_SYNC_SEED=${seed}`));
  const [times, random] = [seededRandom(seed), seededRandom(seed + 1)];
  const { userIds, recorder, startServer, read } = createSqliteScene({ users: 40 });
  const { records } = recorder;
  const startMs: number[] = [];

  for (let round = 0; round <= ROUNDS; round += 1) {
    const begin = performance.now();
    const server = await startServer();
    await until(async () => (await server.page("/readyz")) === 200, 10_000);
    startMs.push(performance.now() - begin);
    expect(problemsOf({ records, finals: read().users })).toEqual([]);

    const load = startLoad(recorder, { callers: CALLERS, name: `r${round}c`, userIds, random });
    await setTimeout(20 + times() * 480);
    expect(server.isRunning()).toBe(true);
    await server.end("SIGKILL");
    await load.stop();
  }

  const count = (outcome: string) => records.filter((record) => record.outcome === outcome).length;
  const counts = { ok: count("ok"), rejected: count("rejected"), unknown: count("unknown") };
  const slowest = Math.max(...startMs.slice(1));
  console.log(`${ROUNDS} rounds, seed ${seed}: ${JSON.stringify(counts)}, ready within ${slowest.toFixed(0)} ms`);
  expect(slowest).toBeLessThan(2_000);
  // The kills interrupted syncs, and the load included requests to reject.
  expect(counts.ok).toBeGreaterThan(ROUNDS * CALLERS);
  expect(counts.unknown).toBeGreaterThan(ROUNDS);
  expect(counts.rejected).toBeGreaterThan(ROUNDS);
});
