import { describe, expect, test } from "vitest";
import type { NexusErrorKind } from "../../../client/nexus-error.ts";
import type { Fault } from "../../../generated/control/types.ts";
import { clientOf, names, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** The client's error for each fault. */
const EXPECTED: [fault: Fault, kind: NexusErrorKind, isRetried: boolean, isStored: boolean][] = [
  [{ kind: "latency", ms: 10_000 }, "timeout", true, false],
  [{ kind: "status", status: 503 }, "http", true, false],
  [{ kind: "status", status: 429 }, "http", true, false],
  [{ kind: "status", status: 403 }, "http", false, false],
  [{ kind: "reset" }, "network", true, false],
  [{ kind: "drop-answer" }, "network", true, true],
  [{ kind: "truncated-body" }, "network", true, true],
  [{ kind: "malformed-json" }, "decode", false, true],
  [{ kind: "wrong-media-type" }, "decode", false, true],
];
const CASES = EXPECTED.map(([fault, kind, isRetried, isStored]) => {
  const injected = "status" in fault && {
    ...{ status: fault.status, problem: { type: "urn:nexus-sync:problem:injected-fault" } },
  };
  return { fault, error: { kind, ...(kind === "decode" && { status: 200 }), ...injected }, isRetried, isStored };
});
const GOOD = signIn({ groups: ["engineers"] });

async function startFaulty(fault: Fault, times?: number) {
  const { server } = await startStubWithClient();
  server.faults.replace([{ fault, ...(times !== undefined && { times }) }]);
  const timeoutMs = fault.kind === "latency" ? 300 : 5_000;
  const client = (limit: number) => clientOf(server, { timeoutMs, retry: { limit, baseMs: 10 } });
  return { server, client };
}

describe("a client", () => {
  test.each(CASES)("gets the expected error for $fault, and retries it if that can succeed", async (one) => {
    const { fault, error, isRetried, isStored } = one;
    const { server, client } = await startFaulty(fault);
    expect(await client(0).safeSyncUserIdentity("u-ada", GOOD)).toMatchObject({ ok: false, error });
    expect((await server.user("u-ada"))?.identities?.[0]?.groups).toEqual(isStored ? ["engineers"] : []);

    expect(await client(2).safeSyncUserIdentity("u-ada", GOOD)).toMatchObject({ ok: false, error });
    expect(server.faults.list()).toMatchObject([{ fired: isRetried ? 4 : 2 }]);
    if (!isRetried) return;
    server.faults.replace([{ fault, times: 1 }]);
    const result = await client(2).safeSyncUserIdentity("u-ada", GOOD);
    expect(result).toMatchObject({ ok: true, meta: { attempts: 2, status: 200 } });
    if (result.ok) expect(names(result.data.roles)).toEqual(["Engineer"]);
  });

  test("gets an `aborted` error if its caller aborts during a latency fault", async () => {
    const { client } = await startFaulty({ kind: "latency", ms: 10_000 });
    const signal = AbortSignal.timeout(100);
    const result = await client(0).safeSyncUserIdentity("u-ada", GOOD, { signal });
    expect(result).toMatchObject({ error: { kind: "aborted" } });
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
