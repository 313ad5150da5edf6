import { describe, expect, test } from "vitest";
import { createLatency } from "../../../server/stub/fault-rules.ts";
import { clientOf, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call } from "./call.ts";

/** The first waits in milliseconds. */
function series(length: number, { ms = 100, sigma, seed }: { ms?: number; sigma?: number; seed?: number } = {}) {
  const next = createLatency({
    kind: "latency",
    ms,
    ...(sigma !== undefined && { sigma }),
    ...(seed !== undefined && { seed }),
  });
  return Array.from({ length }, next);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe("latency over HTTP", () => {
  test("a fixed one delays each answer by its milliseconds, and the sync is done after it", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ fault: { kind: "latency", ms: 150 } }]);
    for (let nth = 0; nth < 3; nth += 1) {
      const { status, ms } = await call(server);
      expect(status).toBe(200);
      expect(ms).toBeGreaterThanOrEqual(145);
      expect(ms).toBeLessThan(1_000);
    }
    expect(await server.user("u-ada")).toMatchObject({ attributes: [{ name: "department" }] });
  });

  test("a lognormal one waits the series of its seed", async () => {
    const { server } = await startStubWithClient();
    const fault = { kind: "latency", ms: 60, sigma: 0.8, seed: 7 } as const;
    server.faults.replace([{ fault }]);
    for (const expected of series(6, fault)) {
      const { ms } = await call(server);
      expect(ms).toBeGreaterThanOrEqual(expected - 2);
      expect(ms).toBeLessThan(expected + 400);
    }
  });

  test("who leaves while waiting is let go, and nothing is done", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ times: 1, fault: { kind: "latency", ms: 1_000 } }]);
    const client = clientOf(server, { retry: { limit: 0 } });
    const left = await client.safeSyncUserIdentity("u-ada", signIn({ groups: ["engineers"] }), { timeoutMs: 100 });
    expect(left).toMatchObject({ ok: false, error: { kind: "timeout" } });
    await expect.poll(() => server.journal.list().requests).toHaveLength(1);
    expect(server.journal.list().requests[0]?.durationMs).toBeLessThan(900);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await server.user("u-ada")).toMatchObject({ identities: [{ groups: [] }] });
  });

  test("a stub that ends does not wait for callers who have left", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ fault: { kind: "latency", ms: 30_000 } }]);
    const client = clientOf(server, { retry: { limit: 0 } });
    await client.safeSyncUserIdentity("u-ada", signIn(), { timeoutMs: 100 });
    const start = performance.now();
    await server.close();
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("the series of waits", () => {
  test("is the same for the same seed, and another one for another", () => {
    const [one, again] = [series(50, { sigma: 0.5, seed: 42 }), series(50, { sigma: 0.5, seed: 42 })];
    expect(again).toEqual(one);
    expect(series(50, { sigma: 0.5, seed: 43 })).not.toEqual(one);
    expect(new Set(one).size).toBeGreaterThan(30);
  });

  test("has `ms` as its median, and the spread that sigma says", () => {
    for (const seed of [1, 2, -3, 2_147_483_647]) {
      const waits = series(5_000, { ms: 200, sigma: 0.5, seed });
      expect(median(waits)).toBeGreaterThan(190);
      expect(median(waits)).toBeLessThan(210);
      // One sigma to either side holds 68.3 % of a normal distribution.
      const within = waits.filter((wait) => Math.abs(Math.log(wait / 200)) <= 0.5).length / waits.length;
      expect(within).toBeGreaterThan(0.65);
      expect(within).toBeLessThan(0.72);
    }
  });

  test("is `ms` each time without sigma", () => {
    expect(series(3, { ms: 80 })).toEqual([80, 80, 80]);
    expect(series(3, { ms: 80, sigma: 0, seed: 9 })).toEqual([80, 80, 80]);
  });

  test("never passes 30 seconds", () => {
    const waits = series(2_000, { ms: 20_000, sigma: 3, seed: 5 });
    expect(Math.max(...waits)).toBe(30_000);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  });
});
