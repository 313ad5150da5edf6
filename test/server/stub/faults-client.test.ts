import { describe, expect, test } from "vitest";
import type { NexusErrorKind } from "../../../client/nexus-error.ts";
import type { Fault } from "../../../generated/control/types.ts";
import { clientOf, names, signIn, startStubWithClient } from "../../helpers/stub.ts";

interface Seen {
  fault: Fault;
  kind: NexusErrorKind;
  status?: number;
  /** Whether the client tries again. */
  passes: boolean;
  isStored: boolean;
}

/** What the client makes of each fault; 300 ms is longer than it waits for an answer here. */
const SEEN: Record<string, Seen> = {
  latency: { fault: { kind: "latency", ms: 10_000 }, kind: "timeout", passes: true, isStored: false },
  "status 503": { fault: { kind: "status", status: 503 }, kind: "http", status: 503, passes: true, isStored: false },
  "status 429": { fault: { kind: "status", status: 429 }, kind: "http", status: 429, passes: true, isStored: false },
  "status 403": { fault: { kind: "status", status: 403 }, kind: "http", status: 403, passes: false, isStored: false },
  reset: { fault: { kind: "reset" }, kind: "network", passes: true, isStored: false },
  "drop-answer": { fault: { kind: "drop-answer" }, kind: "network", passes: true, isStored: true },
  "truncated-body": { fault: { kind: "truncated-body" }, kind: "network", passes: true, isStored: true },
  "malformed-json": { fault: { kind: "malformed-json" }, kind: "decode", status: 200, passes: false, isStored: true },
  "wrong-media-type": {
    ...{ fault: { kind: "wrong-media-type" }, kind: "decode", status: 200, passes: false, isStored: true },
  },
};
const CASES = Object.entries(SEEN).map(([name, seen]) => ({ name, ...seen }));

async function startFaulty(fault: Fault, times?: number) {
  const { server } = await startStubWithClient();
  server.faults.replace([{ fault, ...(times !== undefined && { times }) }]);
  const client = (limit: number) => clientOf(server, { timeoutMs: 300, retry: { limit, baseMs: 10 } });
  const isStored = async () => ((await server.user("u-ada"))?.identities?.[0]?.groups ?? []).length > 0;
  return { server, client, isStored };
}

const GOOD = signIn({ groups: ["engineers"] });

describe("without retries", () => {
  test.each(CASES)("$name is the client's error of its kind", async ({ fault, kind, status, isStored }) => {
    const faulty = await startFaulty(fault);
    const result = await faulty.client(0).safeSyncUserIdentity("u-ada", GOOD);
    if (result.ok) return expect.fail("It went well.");
    expect(result.error).toMatchObject({ kind, status });
    expect(await faulty.isStored()).toBe(isStored);
    if (kind === "http") expect(result.error.problem?.type).toBe("urn:nexus-sync:problem:injected-fault");
  });

  test("Retry-After is told in milliseconds", async () => {
    const { client } = await startFaulty({ kind: "status", status: 503, retryAfterSeconds: 7 });
    expect(await client(0).safeSyncUserIdentity("u-ada", GOOD)).toMatchObject({ error: { retryAfterMs: 7_000 } });
  });

  test("a caller who gives up while it waits is `aborted`", async () => {
    const { client } = await startFaulty({ kind: "latency", ms: 10_000 });
    const signal = AbortSignal.timeout(100);
    expect(await client(0).safeSyncUserIdentity("u-ada", GOOD, { signal })).toMatchObject({
      error: { kind: "aborted" },
    });
  });
});

describe("with retries", () => {
  const passing = CASES.filter(({ passes }) => passes);
  test.each(passing)("$name that comes once is got over", async ({ fault }) => {
    const { server, client } = await startFaulty(fault, 1);
    const result = await client(2).safeSyncUserIdentity("u-ada", GOOD);
    expect(result).toMatchObject({ ok: true, meta: { attempts: 2, status: 200 } });
    if (result.ok) expect(names(result.data.roles)).toEqual(["Engineer"]);
    expect(server.faults.list()).toMatchObject([{ fired: 1 }]);
  });

  test.each(passing)("$name that stays is the same error after three attempts", async ({ fault, kind, status }) => {
    const { server, client } = await startFaulty(fault);
    const result = await client(2).safeSyncUserIdentity("u-ada", GOOD);
    expect(result).toMatchObject({ ok: false, error: { kind, ...(status && { status }) } });
    expect(server.faults.list()).toMatchObject([{ fired: 3 }]);
  });

  test.each(CASES.filter(({ passes }) => !passes))("$name ends the call at once", async ({ fault, kind }) => {
    const { server, client } = await startFaulty(fault, 1);
    const result = await client(2).safeSyncUserIdentity("u-ada", GOOD);
    expect(result).toMatchObject({ ok: false, error: { kind } });
    expect(server.faults.list()).toMatchObject([{ fired: 1 }]);
  });

  test("Retry-After is waited for", async () => {
    const { client } = await startFaulty({ kind: "status", status: 503, retryAfterSeconds: 1 }, 1);
    const start = performance.now();
    expect(await client(1).safeSyncUserIdentity("u-ada", GOOD)).toMatchObject({ ok: true, meta: { attempts: 2 } });
    expect(performance.now() - start).toBeGreaterThanOrEqual(950);
  });

  test("a dropped answer and its repetition are one change", async () => {
    const { server, client } = await startFaulty({ kind: "drop-answer" }, 1);
    const { user } = await client(1).syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));
    expect(user?.attributes).toMatchObject([{ id: 1, value: "Engines" }]);
    await expect.poll(() => server.journal.list().requests).toHaveLength(2);
    const [again, dropped] = server.journal.list().requests;
    expect([dropped?.id, dropped?.status, again?.status]).toEqual([again?.id, undefined, 200]);
  });
});
