import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFailed, test } from "vitest";
import { problemsOf } from "./checker.ts";
import { createRecorder } from "./recorder.ts";
import { createScene } from "./scene.ts";
import { startServerUnderTest, until } from "./server-under-test.ts";
import { readSqlite } from "./sqlite-read.ts";
import { seededRandom, startLoad } from "./steady-load.ts";

const ROUNDS = Number(process.env.NEXUS_SYNC_ROUNDS ?? 50);
const CALLERS = 12;

test(`${ROUNDS} rounds of kill -9 at random instants under load lose nothing`, { timeout: 240_000 }, async () => {
  const seed = Number(process.env.NEXUS_SYNC_SEED ?? Date.now() % 1_000_000);
  onTestFailed(() => console.error(`The instants again: NEXUS_SYNC_SEED=${seed}`));
  const [instants, random] = [seededRandom(seed), seededRandom(seed + 1)];
  const { folder, userIds, authorization, flags } = createScene({ users: 40 });
  const database = join(folder, "nexus.sqlite");
  const target = { url: "", authorization };
  const recorder = createRecorder(target);
  const startMs: number[] = [];

  for (let round = 0; round <= ROUNDS; round += 1) {
    const begin = performance.now();
    const server = await startServerUnderTest([...flags, "--database", database]);
    await until(async () => (await server.page("/readyz")) === 200, 2_000);
    startMs.push(performance.now() - begin);
    const { users, integrity } = readSqlite(database);
    expect(integrity).toBe("ok");
    expect(problemsOf({ records: recorder.records, finals: users })).toEqual([]);

    target.url = server.url;
    const load = startLoad(recorder, { callers: CALLERS, name: `r${round}c`, userIds, random });
    await setTimeout(20 + instants() * 480);
    expect(server.isRunning()).toBe(true);
    await server.end("SIGKILL");
    await load.stop();
  }

  const count = (outcome: string) => recorder.records.filter((record) => record.outcome === outcome).length;
  const counts = { ok: count("ok"), refused: count("refused"), unknown: count("unknown") };
  const slowest = Math.max(...startMs.slice(1));
  console.log(
    `${ROUNDS} rounds, seed ${seed}: ${JSON.stringify(counts)}, ready again after at most ${slowest.toFixed(0)} ms`,
  );
  expect(slowest).toBeLessThan(2_000);
  // The kills must have met syncs under way, and what is refused must have been sent.
  expect(counts.ok).toBeGreaterThan(ROUNDS * CALLERS);
  expect(counts.unknown).toBeGreaterThan(ROUNDS);
  expect(counts.refused).toBeGreaterThan(ROUNDS);
});
