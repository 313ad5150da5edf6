import { describe, expect, test } from "vitest";
import type { NexusErrorKind } from "../../../client/nexus-error.ts";
import type { Fault } from "../../../generated/control/types.ts";
import { clientOf, names, signIn, startStubWithClient } from "../../helpers/stub.ts";

interface Expected {
  kind: NexusErrorKind;
  status?: number;
  isRetried: boolean;
  isStored: boolean;
}

function statusFault(status: number, isRetried: boolean) {
  const expected: Expected = { kind: "http", status, isRetried, isStored: false };
  return { name: `status ${status}`, fault: { kind: "status", status } satisfies Fault, ...expected };
}

function brokenBody(kind: "malformed-json" | "wrong-media-type") {
  const expected: Expected = { kind: "decode", status: 200, isRetried: false, isStored: true };
  return { name: kind, fault: { kind }, ...expected };
}

function lostConnection(kind: "reset" | "drop-answer" | "truncated-body", isStored: boolean) {
  const expected: Expected = { kind: "network", isRetried: true, isStored };
  return { name: kind, fault: { kind }, ...expected };
}

/** The client's error for each fault; it waits 300 ms for a response here. */
const CASES: ({ name: string; fault: Fault } & Expected)[] = [
  { name: "latency", fault: { kind: "latency", ms: 10_000 }, kind: "timeout", isRetried: true, isStored: false },
  ...[statusFault(503, true), statusFault(429, true), statusFault(403, false)],
  ...[lostConnection("reset", false), lostConnection("drop-answer", true), lostConnection("truncated-body", true)],
  ...[brokenBody("malformed-json"), brokenBody("wrong-media-type")],
];
const GOOD = signIn({ groups: ["engineers"] });

async function startFaulty(fault: Fault, times?: number) {
  const { server } = await startStubWithClient();
  server.faults.replace([{ fault, ...(times !== undefined && { times }) }]);
  const client = (limit: number) => clientOf(server, { timeoutMs: 300, retry: { limit, baseMs: 10 } });
  return { server, client };
}

describe("a client without retries", () => {
  test.each(CASES)("gets the error of a $name fault", async ({ fault, kind, status, isStored }) => {
    const { server, client } = await startFaulty(fault);
    const result = await client(0).safeSyncUserIdentity("u-ada", GOOD);
    if (result.ok) return expect.fail("The call succeeded.");
    expect(result.error).toMatchObject({ kind, status });
    expect((await server.user("u-ada"))?.identities?.[0]?.groups).toEqual(isStored ? ["engineers"] : []);
    if (kind === "http") expect(result.error.problem?.type).toBe("urn:nexus-sync:problem:injected-fault");
  });

  test("gets Retry-After in milliseconds", async () => {
    const { client } = await startFaulty({ kind: "status", status: 503, retryAfterSeconds: 7 });
    expect(await client(0).safeSyncUserIdentity("u-ada", GOOD)).toMatchObject({ error: { retryAfterMs: 7_000 } });
  });

  test("gets an `aborted` error if its caller aborts during a latency fault", async () => {
    const { client } = await startFaulty({ kind: "latency", ms: 10_000 });
    const signal = AbortSignal.timeout(100);
    const result = await client(0).safeSyncUserIdentity("u-ada", GOOD, { signal });
    expect(result).toMatchObject({ error: { kind: "aborted" } });
  });
});

describe("a client with retries", () => {
  test.each(CASES.filter(({ isRetried }) => isRetried))(
    "succeeds after one $name fault, and fails after three",
    async ({ fault, kind, status }) => {
      const { server, client } = await startFaulty(fault, 1);
      const result = await client(2).safeSyncUserIdentity("u-ada", GOOD);
      expect(result).toMatchObject({ ok: true, meta: { attempts: 2, status: 200 } });
      if (result.ok) expect(names(result.data.roles)).toEqual(["Engineer"]);
      server.faults.replace([{ fault }]);
      const failed = await client(2).safeSyncUserIdentity("u-ada", GOOD);
      expect(failed).toMatchObject({ ok: false, error: { kind, ...(status && { status }) } });
      expect(server.faults.list()).toMatchObject([{ fired: 3 }]);
    },
  );

  test.each(CASES.filter(({ isRetried }) => !isRetried))("does not retry after $name", async ({ fault, kind }) => {
    const { server, client } = await startFaulty(fault);
    const result = await client(2).safeSyncUserIdentity("u-ada", GOOD);
    expect(result).toMatchObject({ ok: false, error: { kind } });
    expect(server.faults.list()).toMatchObject([{ fired: 1 }]);
  });

  test("waits for Retry-After", async () => {
    const { client } = await startFaulty({ kind: "status", status: 503, retryAfterSeconds: 1 }, 1);
    const start = performance.now();
    expect(await client(1).safeSyncUserIdentity("u-ada", GOOD)).toMatchObject({ ok: true, meta: { attempts: 2 } });
    expect(performance.now() - start).toBeGreaterThanOrEqual(950);
  });

  test("makes one change if a dropped response is followed by a retry", async () => {
    const { server, client } = await startFaulty({ kind: "drop-answer" }, 1);
    const { user } = await client(1).syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));
    expect(user?.attributes).toMatchObject([{ id: 1, value: "Engines" }]);
    await expect.poll(() => server.journal.list().requests).toHaveLength(2);
    const [retry, dropped] = server.journal.list().requests;
    expect([dropped?.id, dropped?.status, retry?.status]).toEqual([retry?.id, undefined, 200]);
  });
});
