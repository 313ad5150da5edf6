import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { NetworkReason } from "../../client/causes.ts";
import type { Credentials, SecretAsk } from "../../client/credentials.ts";
import type { CallOptions, NexusClientOptions } from "../../client/nexus-client.ts";
import { hasStatus, isNexusError, NexusError } from "../../client/nexus-error.ts";
import { bearerOf, clientOf, signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, hang, JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const PROBLEM_TYPE = { "Content-Type": "application/problem+json" };
const operationAt = (url: string) => `PUT ${url}/v1/users/{userId}/$sync`;

async function errorFrom(url: string, options: Partial<NexusClientOptions> = {}, call: CallOptions = {}) {
  const client = clientFor(url, { retry: { limit: 0 }, ...options });
  const result = await client.safeSyncUserIdentity("u-user-marker", signIn(), call);
  if (result.ok) throw new Error("The call succeeded.");
  return result.error;
}

/** A port of this machine without a server. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a network error names the cause by the runtime's code", async () => {
  const reset = await startFaultServer((_, response) => response.socket?.destroy());
  const cut = await startFaultServer((_, response) => {
    response.writeHead(200, { ...JSON_TYPE, "Content-Length": "100" }).write("{");
    setTimeout(() => response.destroy(), 20);
  });
  const port = await closedPort();
  for (const [url, reasons, code] of [
    [`http://127.0.0.1:${port}`, ["connection refused"], "ECONNREFUSED"],
    [`http://localhost:${port}`, ["connection refused"], "ECONNREFUSED"],
    ["https://nexus.invalid", ["DNS"], "(ENOTFOUND|EAI_AGAIN)"],
    [reset.url.replace("http:", "https:"), ["TLS", "connection lost"], "\\w+"],
    [reset.url, ["connection lost"], "\\w+"],
    [cut.url, ["connection lost"], "\\w+"],
    [NOWHERE, ["other"], "bad port"],
  ] as const) {
    const error = await errorFrom(url);
    expect([error.kind, reasons]).toEqual(["network", expect.arrayContaining([error.reason])]);
    expect(error.message).toMatch(new RegExp(`no complete response \\(${error.reason}: ${code}\\)\\.$`));
    expect(error.toJSON().reason).toBe(error.reason);
  }
});

test("a TLS server that speaks plain HTTP is named as a TLS error", async () => {
  const { url } = await startFaultServer(respond());
  const { message } = await errorFrom(url.replace("http:", "https:"));
  expect(message).toMatch(/\(TLS: ERR_SSL_\w+\)/);
});

test.for<[text: string, reason: NetworkReason, words: string]>([
  [
    "error sending request for url (https://h/u-user-marker): tcp connect error: Connection refused",
    ...(["connection refused", " (connection refused: Connection refused)"] as const),
  ],
  ["dns error: failed to look up u-user-marker", "DNS", " (DNS: dns error)"],
  ["client error (Connect): proxy authentication required", "proxy", " (proxy: proxy authentication)"],
  ["tunnel error: failed for u-user-marker", "proxy", " (proxy: tunnel error)"],
  ["u-user-marker: invalid peer certificate: Expired", "TLS", " (TLS: certificate)"],
  ["u-user-marker: received corrupt message of type InvalidContentType", "TLS", " (TLS: corrupt message)"],
  ["u-user-marker: invalid HTTP version parsed", "protocol", " (protocol: invalid HTTP)"],
  ["error reading a body from connection", "connection lost", " (connection lost: reading a body)"],
  ["Failed to fetch u-user-marker", "other", ""],
])("of the message %j of another runtime, only known words are repeated", async ([text, reason, words]) => {
  const fetch = () => Promise.reject(new TypeError(text));
  const error = await errorFrom(NOWHERE, { fetch });
  expect(error.message).toBe(`${operationAt(NOWHERE)} got no complete response${words}.`);
  expect(error.reason).toBe(reason);
});

test.for<[code: string, reason: NetworkReason]>([
  ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
  ["ETIMEDOUT", "timeout"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["ECONNRESET", "connection lost"],
  ["UND_ERR_HEADERS_OVERFLOW", "protocol"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "protocol"],
  ["Z_DATA_ERROR", "protocol"],
  ["InvalidHTTPResponse", "protocol"],
  ["ERR_PROXY_TUNNEL", "proxy"],
  ["ERR_TLS_HANDSHAKE_TIMEOUT", "TLS"],
  ["ERR_INVALID_STATE", "other"],
])("the code %s has the reason '%s'", async ([code, reason]) => {
  const cause = Object.assign(new Error("u-user-marker"), { code });
  const error = await errorFrom(NOWHERE, { fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) });
  expect(error).toMatchObject({ kind: "network", reason, message: expect.stringMatching(`\\(${reason}: ${code}\\)`) });
});

test("a proxy that refuses a connection is named with its status", async () => {
  const refusal = Object.assign(new Error("Proxy response (407) !== 200 when HTTP Tunneling"), {
    code: "UND_ERR_ABORTED",
  });
  const cause = Object.assign(new DOMException("Request was cancelled.", "AbortError"), { cause: refusal });
  const error = await errorFrom(NOWHERE, { fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) });
  expect(error).toMatchObject({ reason: "proxy", message: expect.stringContaining("(proxy: Proxy response (407)).") });
});

test.for([undefined, "x", new Error("x"), new DOMException("x", "AbortError")])(
  "a fetch that rejects with %o, or returns it, is a network error with the reason 'other'",
  async (thrown) => {
    const returned = thrown as unknown as Response;
    for (const fetch of [() => Promise.reject(thrown), async () => returned, async () => Response.error()]) {
      expect(await errorFrom(NOWHERE, { fetch })).toMatchObject({
        kind: "network",
        reason: "other",
        status: undefined,
      });
    }
  },
);

test("a 400 names the first three violations, and its JSON has the first ten, cut", async () => {
  const errors = Array.from({ length: 12 }, (_, index) => ({
    pointer: `/attributes/${index}`,
    detail: "must be object",
  }));
  const mixed = [{ in: "path", name: "userId", detail: "must be text" }, null, 5, ...errors];
  const { url } = await startFaultServer(respond(400, PROBLEM_TYPE, JSON.stringify({ title: "Invalid", errors })));
  const error = await errorFrom(url);
  const listed = [0, 1, 2].map((index) => `/attributes/${index} must be object`).join("; ");
  expect(error.message).toBe(`${operationAt(url)} returned 400: Invalid: ${listed}`);
  expect(JSON.parse(JSON.stringify(error)).violations).toEqual(errors.slice(0, 10));

  const long = [{ pointer: "/x", detail: `a\u001b${"b".repeat(999)}` }];
  for (const [list, message, violations] of [
    [mixed, /400: path userId must be text; ; $/, 10],
    [long, /400: \/x a\uFFFDb+$/, 1],
    [{ pointer: "/x" }, /400$/, undefined],
  ] as const) {
    const server = await startFaultServer(respond(400, PROBLEM_TYPE, JSON.stringify({ errors: list })));
    const failed = await errorFrom(server.url);
    expect(failed.message).toMatch(message);
    const json = JSON.parse(JSON.stringify(failed));
    expect(json.violations?.length).toBe(violations);
    for (const violation of json.violations ?? []) {
      for (const text of Object.values(violation)) expect(String(text).length).toBeLessThanOrEqual(256);
    }
  }
});

test("the violations of the contract's server are in the message, and no value is", async () => {
  const { client } = await startStubWithClient();
  const body = { ...signIn(), attributes: [{ key: "", value: "value-marker" }] };
  const result = await client.safeSyncUserIdentity("u-ada", body);
  expect(result.ok || result.error.message).toContain("/attributes/0/key must NOT have fewer than 1 characters");
  expect(result.ok || result.error.message).not.toContain("value-marker");
});

test("a 401 has the server's detail, and other statuses have only the title", async () => {
  const { server } = await startStubWithClient();
  const credentials: Credentials = { ...bearerOf(server), token: "no.jwt.token" };
  const result = await clientOf(server, { credentials }).safeSyncUserIdentity("u-ada", signIn());
  const error = result.ok ? undefined : result.error;
  if (!hasStatus(error, 401)) throw new Error("not a 401");
  expect(error.problem.detail).toMatch(/\w/);
  expect(error.message).toContain(` returned 401: ${error.problem.title}: ${error.problem.detail}`);
  const { url } = await startFaultServer(respond(409, PROBLEM_TYPE, '{"title":"Conflict","detail":"x"}'));
  expect((await errorFrom(url)).message).toBe(`${operationAt(url)} returned 409: Conflict`);
});

test.for<[thrown: unknown, message: string]>([
  [new Error("vault is sealed"), "vault is sealed"],
  ["vault is sealed", "vault is sealed"],
  [new Error("a\u001b[31m\nb"), "a\uFFFD[31m\uFFFDb"],
  [
    new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }),
    "fetch failed (connection refused: ECONNREFUSED)",
  ],
])("a secret source that fails with %o is reported with its message", async ([thrown, message]) => {
  const password = () => Promise.reject(thrown);
  const error = await errorFrom(NOWHERE, { credentials: { type: "basic", username: "key", password } });
  expect(error).toMatchObject({ kind: "auth", cause: thrown, message: `The source of 'password' failed: ${message}` });
  const long = () => Promise.reject(new Error("x".repeat(999)));
  const cut = await errorFrom(NOWHERE, { credentials: { type: "basic", username: "key", password: long } });
  expect(cut.message).toHaveLength(256);
});

test("an aborted call has the reason of its signal as the cause", async () => {
  const { url } = await startFaultServer(hang);
  const reason = new Error("The user closed the page.");
  const early = await errorFrom(url, {}, { signal: AbortSignal.abort(reason) });
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  const late = await errorFrom(url, {}, { signal: controller.signal });
  for (const error of [early, late]) expect(error).toMatchObject({ kind: "aborted", cause: reason });
});

test("every error has the number of attempts and the duration of its call", async () => {
  const unavailable = await startFaultServer(respond(503));
  const retried = await errorFrom(unavailable.url, { retry: { limit: 2, baseMs: 1 } });
  expect(retried).toMatchObject({ kind: "http", attempts: 3, durationMs: expect.any(Number) });
  expect(retried.durationMs).toBeGreaterThan(0);
  expect(retried.toJSON()).toMatchObject({ attempts: 3, durationMs: retried.durationMs });

  const aborted = await errorFrom(unavailable.url, {}, { signal: AbortSignal.abort() });
  expect(aborted.attempts).toBe(0);
  const { url } = await startFaultServer(hang);
  expect(await errorFrom(url, { timeoutMs: 30 })).toMatchObject({ kind: "timeout", attempts: 1 });
  expect(new NexusError("config", "An option is wrong.")).toMatchObject({ attempts: 0, durationMs: 0 });
});

test("calls that share a failed refresh each have their own attempts and duration", async () => {
  const { url } = await startFaultServer(respond(401));
  const password = async ({ forceRefresh }: SecretAsk) => {
    if (!forceRefresh) return "old";
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new Error("vault is sealed");
  };
  const client = clientFor(url, { credentials: { type: "basic", username: "key", password } });
  const call = () => client.safeSyncUserIdentity("u", signIn());
  const results = await Promise.all([call(), call()]);
  const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
  expect(errors).toMatchObject([
    { kind: "auth", attempts: 1 },
    { kind: "auth", attempts: 1 },
  ]);
  expect(errors[0]).not.toBe(errors[1]);
});

test("instanceof and isNexusError recognise the errors of another copy of the package", () => {
  const other = Object.assign(new Error("of another copy"), { [Symbol.for("nexus-sync-client.NexusError")]: true });
  expect([other instanceof NexusError, isNexusError(other)]).toEqual([true, true]);
  for (const value of [new Error("x"), {}, null, undefined, "x"]) {
    expect([value instanceof NexusError, isNexusError(value)]).toEqual([false, false]);
  }
});

test("hasStatus accepts any status; a declared one requires the problem document, another one does not", async () => {
  const { url } = await startFaultServer(respond(502, { "Content-Type": "text/html" }, "<html>"));
  const error = await errorFrom(url);
  expect(hasStatus(error, 502) && error.problem).toBeUndefined();
  expect(hasStatus(error, 502)).toBe(true);
  if (hasStatus(error, 502)) {
    const problem: NexusError["problem"] = error.problem;
    // @ts-expect-error The contract declares no 502, so that its problem may be undefined.
    const title = () => error.problem.title;
    expect([problem, title]).toHaveLength(2);
  }
  for (const body of ["<html>", ""]) {
    const page = await startFaultServer(
      respond(404, { "Content-Type": body ? "text/html" : "application/json" }, body),
    );
    const missing = await errorFrom(page.url);
    expect([hasStatus(missing, 404), missing.status, missing.problem]).toEqual([false, 404, undefined]);
  }
  expect(inspect(error)).not.toContain("<html>");
});
