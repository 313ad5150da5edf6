import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { hasStatus } from "../../client/nexus-error.ts";
import { syncUserIdentityResultSchema } from "../../client/validate.ts";
import type { ProblemDetails, SyncUserIdentityResult } from "../../generated/types.ts";
import { bearerOf, clientOf, names, signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const config = (message: RegExp) =>
  expect.objectContaining({ kind: "config", message: expect.stringMatching(message) });

test("Basic and Bearer return the same typed result", async () => {
  const { server, client } = await startStubWithClient();
  const basic = await client.safeSyncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));
  const bearer = clientOf(server, { credentials: bearerOf(server) });
  const result: SyncUserIdentityResult = await bearer.syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));
  expect(names(result.roles)).toEqual(["Engineer"]);
  expect(basic).toMatchObject({ ok: true, data: result, meta: { status: 200, attempts: 1 } });
  expect(basic.ok && basic.meta.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(basic.ok && basic.meta.durationMs).toBeGreaterThan(0);
});

test("Basic encodes UTF-8 and colons in the secret", async () => {
  const { url, seen } = await startFaultServer(respond());
  const credentials = { type: "basic", username: "schlüssel", password: "geh:eim:✓" } as const;
  await clientFor(url, { credentials }).syncUserIdentity("u", signIn());
  const [, encoded = ""] = String(seen[0]?.headers.authorization).split(" ");
  expect(Buffer.from(encoded, "base64").toString("utf8")).toBe("schlüssel:geh:eim:✓");
});

test("a 404 is an error with its status, problem type and request id", async () => {
  const { client, server } = await startStubWithClient();
  const error = await client.syncUserIdentity("u-nobody", signIn()).catch((thrown: unknown) => thrown);
  if (!hasStatus(error, 404)) throw new Error(`not a 404: ${error}`);
  const problem: ProblemDetails = error.problem;
  expect(problem).toMatchObject({ type: "urn:nexus-sync:problem:unknown-user", instance: error.requestId });
  expect(error).toMatchObject({ kind: "http", status: 404 });
  expect(error.message).toBe(`PUT ${server.url}/v1/users/{userId}/$sync returned 404: No user has this id`);
  expect(hasStatus(error, 401)).toBe(false);
});

test("every user id is one encoded path segment, and $sync stays literal", async () => {
  let path = "";
  const fetch: typeof globalThis.fetch = async (input) => {
    path = new URL(String(input)).pathname;
    return new Response("{}", { headers: JSON_TYPE });
  };
  const client = clientFor(NOWHERE, { fetch });
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

test.for([
  ["", signIn()],
  [".", signIn()],
  ["..", signIn()],
  ["\ud800", signIn()],
  ["a body with a BigInt", { ...signIn(), extra: 1n }],
] as const)("%j is a config error, and nothing is sent", async ([userId, body]) => {
  const { url, seen } = await startFaultServer(respond());
  const result = await clientFor(url).safeSyncUserIdentity(userId, body as never);
  expect(result).toMatchObject({ ok: false, error: { kind: "config" } });
  expect(seen).toEqual([]);
});

test("the global fetch is looked up at each call", async () => {
  const original = globalThis.fetch;
  onTestFinished(() => void Object.assign(globalThis, { fetch: original }));
  const client = clientFor(NOWHERE);
  globalThis.fetch = async () => new Response('{"userId":"later"}', { headers: JSON_TYPE });
  expect(await client.syncUserIdentity("u", signIn())).toEqual({ userId: "later" });
});

test("custom headers and a user agent are sent", async () => {
  const { url, seen } = await startFaultServer(respond());
  await clientFor(url, { headers: { "X-Tenant": "acme" }, userAgent: "hook/2" }).syncUserIdentity("u", signIn());
  await clientFor(url).syncUserIdentity("u", signIn());
  expect(seen.map(({ headers }) => [headers["x-tenant"], headers["user-agent"]])).toEqual([
    ["acme", "hook/2"],
    [undefined, "nexus-sync-client"],
  ]);
});

test.for([
  [{ headers: { Authorization: "x" } }, /'Authorization' belongs to the client/],
  [{ headers: { "x-application-token": "x" } }, /'x-application-token' belongs to the client/],
  [{ headers: { "Content-Type": "x" } }, /'Content-Type' belongs to the client/],
  [{ headers: { "X-Request-Id": "x" } }, /'X-Request-Id' belongs to the client/],
  [{ headers: { "X-A": "s3cret-marker\r\nX-B: 1" } }, /^(?!.*s3cret).*'X-A' has a name or value that is not allowed/],
  ...[-1, 0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31].flatMap((ms) => [
    [{ timeoutMs: ms }, /^timeoutMs must be/] as const,
    [{ deadlineMs: ms }, /^deadlineMs must be/] as const,
  ]),
  ...[undefined, null, {}, { type: "foo" }, { type: "basic", username: "key" }, { type: "bearer", token: 1 }].map(
    (credentials) => [{ credentials }, /^credentials\./] as const,
  ),
] as const)("the options %j are a config error", async ([options, message]) => {
  expect(() => clientFor(NOWHERE, options as never)).toThrow(config(message));
  if (!("timeoutMs" in options)) return;
  const result = await clientFor(NOWHERE).safeSyncUserIdentity("u", signIn(), options);
  expect(result).toMatchObject({ ok: false, error: config(message) });
});

test("a result that violates the schema is a validation error with the pointer and without the value", async () => {
  const responseSchema = syncUserIdentityResultSchema;
  const body = { userId: "s3cret-marker", displayName: 7, givenName: "a", familyName: "b" };
  const { url } = await startFaultServer(respond(200, JSON_TYPE, JSON.stringify(body)));
  const result = await clientFor(url, { responseSchema }).safeSyncUserIdentity("u", signIn());
  const message = "The response does not match responseSchema at /displayName.";
  expect(result).toMatchObject({ ok: false, error: { kind: "validation", status: 200, message } });
  const { server } = await startStubWithClient();
  expect((await clientOf(server, { responseSchema }).safeSyncUserIdentity("u-ada", signIn())).ok).toBe(true);
});

test("a client in a browser page is refused unless it is allowed", () => {
  Object.defineProperty(globalThis, "document", { value: {}, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(globalThis, "document"));
  expect(() => clientFor(NOWHERE)).toThrow(config(/dangerouslyAllowBrowser/));
  expect(() => clientFor(NOWHERE, { dangerouslyAllowBrowser: true })).not.toThrow();
});
