import { describe, expect, test } from "vitest";
import { createLatency } from "../../../server/stub/fault-rules.ts";
import { clientOf, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call } from "./call.ts";

/** The first delays in milliseconds. */
function series(length: number, fault: { ms: number; sigma?: number; seed?: number }) {
  return Array.from({ length }, createLatency({ kind: "latency", ...fault }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe("a latency fault", () => {
  test.each([{ ms: 150 }, { ms: 60, sigma: 0.8, seed: 7 }])(
    "of %j delays each request by the next value of its series",
    async (fault) => {
      const { server } = await startStubWithClient();
      server.faults.replace([{ fault: { kind: "latency", ...fault } }]);
      for (const expected of series(5, fault)) {
        const { status, ms } = await call(server);
        expect(status).toBe(200);
        expect(ms).toBeGreaterThanOrEqual(expected - 3);
        expect(ms).toBeLessThan(expected + 800);
      }
      expect(await server.user("u-ada")).toMatchObject({ attributes: [{ name: "department" }] });
    },
  );

  test("uses the store that a reset has opened during the delay", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ fault: { kind: "latency", ms: 300 } }]);
    const response = call(server);
    await expect.poll(() => server.faults.list()[0]?.fired).toBe(1);
    await server.reset();
    expect((await response).status).toBe(200);
    expect(await server.user("u-ada")).toMatchObject({ attributes: [{ name: "department" }] });
  });
});

test.each([
  [1_000, {}],
  [0, { Prefer: "wait=1" }],
])("a delay of %i ms, headers %j, ends when the client disconnects, and nothing is stored", async (ms, headers) => {
  const { server } = await startStubWithClient();
  const before = await server.user("u-ada");
  server.faults.replace([{ fault: { kind: "latency", ms } }]);
  const client = clientOf(server, { headers, retry: { limit: 0 } });
  const result = await client.safeSyncUserIdentity("u-ada", signIn({ groups: ["engineers"] }), { timeoutMs: 100 });
  expect(result).toMatchObject({ error: { kind: "timeout" } });
  await expect.poll(() => server.journal.list().requests).toHaveLength(1);
  const [entry] = server.journal.list().requests;
  expect(entry).not.toHaveProperty("status");
  expect(entry?.durationMs).toBeLessThan(900);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(await server.user("u-ada")).toEqual(before);
});

describe("the series of delays", () => {
  test("is the same for the same seed, and differs for another seed", () => {
    const [one, again] = [42, 42].map((seed) => series(50, { ms: 100, sigma: 0.5, seed }));
    expect(again).toEqual(one);
    expect(series(50, { ms: 100, sigma: 0.5, seed: 43 })).not.toEqual(one);
    expect(new Set(one).size).toBeGreaterThan(30);
  });

  test("has the median `ms` and the spread `sigma`", () => {
    for (const seed of [1, 2, -3, 2_147_483_647]) {
      const delays = series(5_000, { ms: 200, sigma: 0.5, seed });
      expect(Math.abs(median(delays) - 200)).toBeLessThan(10);
      // 68.3 % of a normal distribution are within one sigma.
      const within = delays.filter((ms) => Math.abs(Math.log(ms / 200)) <= 0.5).length / delays.length;
      expect(Math.abs(within - 0.683)).toBeLessThan(0.035);
    }
  });

  test("is constant without sigma, and at most 30 seconds", () => {
    expect(series(3, { ms: 80 })).toEqual([80, 80, 80]);
    expect(series(3, { ms: 80, sigma: 0, seed: 9 })).toEqual([80, 80, 80]);
    const delays = series(2_000, { ms: 20_000, sigma: 3, seed: 5 });
    expect(Math.max(...delays)).toBe(30_000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  });
});
