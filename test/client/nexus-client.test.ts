import fc from "fast-check";
import { expect, test } from "vitest";
import { createNexusClient } from "../../client/nexus-client.ts";
import { hasStatus, isNexusError } from "../../client/nexus-error.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { ProblemDetails, SyncUserIdentityResult } from "../../generated/types.ts";
import { startStub } from "../../server/stub/start-stub.ts";
import { acme, bearerOf, clientOf, identity, names, signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, startFaultServer } from "./fault-server.ts";

test("both ways in lead to the same typed answer", async () => {
  const { server } = await startStubWithClient();
  const basic = await clientOf(server).syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));
  const bearer = clientOf(server, { credentials: bearerOf(server) });

  const result: SyncUserIdentityResult = await bearer.syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));

  expect(result).toEqual(basic);
  expect(names(result.roles)).toEqual(["Engineer"]);
});

test("secrets may come from functions, asked at each call", async () => {
  const { server } = await startStubWithClient();
  const { token, applicationToken } = bearerOf(server);
  let asked = 0;
  const client = clientOf(server, {
    credentials: {
      type: "bearer",
      applicationToken,
      token: async ({ forceRefresh, signal }) => {
        asked += 1;
        expect([forceRefresh, signal.aborted]).toEqual([false, false]);
        return String(token);
      },
    },
  });
  await client.syncUserIdentity("u-ada", signIn());
  await client.syncUserIdentity("u-ada", signIn());
  expect(asked).toBe(2);
});

test("Basic carries UTF-8 and colons in the secret", async () => {
  const { url, seen } = await startFaultServer((_, response) => response.end());
  await clientFor(url, {
    credentials: { type: "basic", username: "schlüssel", password: "geh:eim:✓" },
  }).safeSyncUserIdentity("u", signIn());
  const [, encoded = ""] = String(seen[0]?.headers.authorization).split(" ");
  expect(Buffer.from(encoded, "base64").toString("utf8")).toBe("schlüssel:geh:eim:✓");
});

test("safeSyncUserIdentity answers with data and what is known of the call", async () => {
  const { client } = await startStubWithClient();
  const result = await client.safeSyncUserIdentity("u-ada", signIn());
  expect(result).toMatchObject({ ok: true, data: { userId: "u-ada" }, meta: { status: 200 } });
  expect(result.ok && result.meta.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(result.ok && result.meta.durationMs).toBeGreaterThan(0);
});

test("a refusal is an error with status, typed problem and request id", async () => {
  const { client } = await startStubWithClient();
  const error = await client.syncUserIdentity("u-nobody", signIn()).catch((thrown: unknown) => thrown);

  if (!hasStatus(error, 404)) throw new Error(`not a 404: ${error}`);
  const problem: ProblemDetails = error.problem;
  expect(problem).toMatchObject({ type: "urn:nexus-sync:problem:unknown-user", instance: error.requestId });
  expect(error).toMatchObject({ kind: "http", status: 404 });
  expect(error.message).toBe("PUT /v1/users/{userId}/$sync returned 404: No user has this id");
  expect(hasStatus(error, 401)).toBe(false);
});

test("the violations of a 400 are typed", async () => {
  const { client } = await startStubWithClient();
  const result = await client.safeSyncUserIdentity("u-ada", signIn({ audience: "" }));
  if (result.ok || !hasStatus(result.error, 400)) throw new Error("not a 400");
  expect(result.error.problem.errors).toEqual([
    { pointer: "/audience", detail: "must NOT have fewer than 1 characters" },
  ]);
});

test("wrong arguments do not compile", async () => {
  const { server, client } = await startStubWithClient();
  const baseUrl = server.url;
  // @ts-expect-error Bearer counts only together with an application token.
  expect(() => createNexusClient({ baseUrl, credentials: { type: "bearer", token: "t" } })).toThrow("applicationToken");
  // @ts-expect-error The contract asks for an audience.
  const result = await client.safeSyncUserIdentity("u-ada", { attributes: [], connection: { connectionId: "c" } });
  expect(result.ok).toBe(false);
  // @ts-expect-error The contract declares no 418.
  expect(hasStatus(undefined, 418)).toBe(false);
});

test.for([-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
  "timeoutMs %d is a config error",
  async (timeoutMs) => {
    const config = expect.objectContaining({ kind: "config", message: expect.stringMatching(/^timeoutMs must be/) });
    expect(() => clientFor("http://127.0.0.1:9", { timeoutMs })).toThrow(config);
    const result = await clientFor("http://127.0.0.1:9").safeSyncUserIdentity("u", signIn(), { timeoutMs });
    expect(result).toMatchObject({ ok: false, error: { kind: "config" } });
  },
);

test.for([undefined, null, {}, { type: "foo" }, { type: "basic", username: "key" }, { type: "bearer", token: 1 }])(
  "the credentials %j of a caller without types are a config error",
  (credentials) => {
    const config = expect.objectContaining({ kind: "config", message: expect.stringMatching(/^credentials\./) });
    expect(() => clientFor("http://127.0.0.1:9", { credentials: credentials as never })).toThrow(config);
  },
);

test("a user id is one encoded path segment, and $sync stays as it is", async () => {
  const { url, seen } = await startFaultServer((_, response) => response.end());
  await clientFor(url).safeSyncUserIdentity("auth0|a/b", signIn());
  expect(seen[0]?.url).toBe("/v1/users/auth0%7Ca%2Fb/$sync");
});

test("whatever the user id, the segment sent decodes to it", async () => {
  let path = "";
  const capture: typeof fetch = async (input) => {
    path = new URL(String(input)).pathname;
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  };
  const client = clientFor("http://127.0.0.1:9", { fetch: capture });
  const ids = fc.string({ unit: "binary", minLength: 1 }).filter((id) => id.isWellFormed() && !/^\.{1,2}$/.test(id));
  await fc.assert(
    fc.asyncProperty(ids, async (id) => {
      await client.syncUserIdentity(id, signIn());
      const [, v1, users, segment = "", sync, ...rest] = path.split("/");
      expect([v1, users, decodeURIComponent(segment), sync, rest]).toEqual(["v1", "users", id, "$sync", []]);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test.for(["", ".", "..", "\ud800"])("the user id %j is refused before anything is sent", async (userId) => {
  const { url, seen } = await startFaultServer((_, response) => response.end());
  const result = await clientFor(url).safeSyncUserIdentity(userId, signIn());
  expect(result).toMatchObject({
    ok: false,
    error: { kind: "config", message: expect.stringMatching(/^userId must/) },
  });
  expect(seen).toEqual([]);
});

test("a body that JSON can't carry is refused before anything is sent", async () => {
  const { url, seen } = await startFaultServer((_, response) => response.end());
  const body = { ...signIn(), extra: 1n } as SyncUserIdentityRequest;
  expect(await clientFor(url).safeSyncUserIdentity("u", body)).toMatchObject({ ok: false, error: { kind: "config" } });
  expect(seen).toEqual([]);
});

test("the fetch that is global at the call is used", async () => {
  const original = globalThis.fetch;
  const client = clientFor("http://127.0.0.1:9");
  let calls = 0;
  globalThis.fetch = async () => {
    calls += 1;
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  };
  try {
    await client.syncUserIdentity("u", signIn());
  } finally {
    globalThis.fetch = original;
  }
  expect(calls).toBe(1);
});

test("every request example of the contract goes through the client against the server", async () => {
  const user = { identities: [identity("con_acme-ad", [], 1)] };
  const server = await startStub({ directory: acme({ user }) });
  const examples = Object.entries(contract.components.examples).filter(([, { value }]) => "audience" in value);
  expect(examples.map(([name]) => name)).toEqual(["groupSignIn", "minimal"]);
  for (const [, { value }] of examples) {
    const result = await clientOf(server).safeSyncUserIdentity("u-ada", value as SyncUserIdentityRequest);
    expect(result).toMatchObject({ ok: true, data: { isAuthenticated: true } });
  }
  await server.close();
});

test("an error of this package is known by its brand", () => {
  expect(isNexusError(new Error("other"))).toBe(false);
  expect(() => clientFor("ftp://127.0.0.1")).toThrowError(expect.toSatisfy(isNexusError));
});
