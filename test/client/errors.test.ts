import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { isNexusError } from "../../client/nexus-error.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, hang, JSON_TYPE, NOWHERE, respond, stall, startFaultServer } from "./fault-server.ts";
import { atAbort, within } from "./timing.ts";

const HTML_TYPE = { "Content-Type": "text/html" };
const everythingIn = (error: unknown) => inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);

/** The error of a call without retries. */
async function errorFrom(url: string, options: Partial<NexusClientOptions> = {}) {
  const client = clientFor(url, { retry: { limit: 0 }, ...options });
  const result = await client.safeSyncUserIdentity("u-user-marker", signIn());
  if (result.ok) throw new Error("The call succeeded.");
  return result.error;
}

test.for([301, 302, 303, 307, 308])(
  "a redirect with %i is an error, and its target gets no request",
  async (status) => {
    const target = await startFaultServer(respond());
    const { url } = await startFaultServer(respond(status, { Location: target.url }));
    expect(await errorFrom(url)).toMatchObject({ kind: "redirect", status });
    expect(target.seen).toEqual([]);
  },
);

test.for([
  ["a response that never starts", hang],
  ["a body that stalls", stall],
] as const)("%s is a timeout", async ([, listener]) => {
  const { url } = await startFaultServer(listener);
  expect(await within(1_000, errorFrom(url, { timeoutMs: 100 }))).toMatchObject({ kind: "timeout" });
});

test("a refused connection, and one closed within the body, are network errors", async () => {
  const { url } = await startFaultServer((_, response) => {
    response.writeHead(200, { ...JSON_TYPE, "Content-Length": "100" }).write('{"userId":');
    setTimeout(() => response.destroy(), 20);
  });
  expect(await errorFrom(NOWHERE)).toMatchObject({ kind: "network" });
  expect(await errorFrom(url)).toMatchObject({ kind: "network" });
});

test("an abort before the start sends nothing, and a later one ends the call at once", async () => {
  const { url, seen } = await startFaultServer(hang);
  const client = clientFor(url, { timeoutMs: 5_000 });
  const early = await client.safeSyncUserIdentity("u", signIn(), { signal: AbortSignal.abort() });
  expect(early).toMatchObject({ ok: false, error: { kind: "aborted" } });
  expect(seen).toEqual([]);

  const signal = AbortSignal.timeout(50);
  const late = await atAbort(signal, client.safeSyncUserIdentity("u", signIn(), { signal }));
  expect(late).toMatchObject({ ok: false, error: { kind: "aborted" } });
});

const LATIN_1 = { "Content-Type": "application/json; charset=iso-8859-1" };

test.for<[string, string | Buffer, Record<string, string>, number?]>([
  ["JSON in Latin-1", Buffer.from('{"displayName":"Zo\u00eb"}', "latin1"), LATIN_1],
  ["JSON in Latin-1 declared as UTF-8", Buffer.from('{"displayName":"Zo\u00eb"}', "latin1"), JSON_TYPE],
  ["truncated JSON", '{"userId":', JSON_TYPE],
  ["an empty body", "", JSON_TYPE],
  ["an array", "[]", JSON_TYPE],
  ["null", "null", JSON_TYPE],
  ["HTML", "<html>body-marker</html>", HTML_TYPE],
  ["JSON declared as HTML", "{}", HTML_TYPE],
  ["no body and no type", "", {}, 204],
])("a 2xx with %s is a decode error", async ([, body, headers, status = 200]) => {
  const { url } = await startFaultServer(respond(status, headers, body));
  const error = await errorFrom(url);
  expect(error).toMatchObject({ kind: "decode", status });
  expect(everythingIn(error)).not.toContain("body-marker");
});

test.for<[number, Record<string, string>, string]>([
  [500, { "Content-Length": "0" }, ""],
  [500, { "Transfer-Encoding": "chunked" }, ""],
  [502, HTML_TYPE, "<html>body-marker</html>"],
])("a %i with %o and the body '%s' is an error without a problem document", async ([status, headers, body]) => {
  const { url } = await startFaultServer(respond(status, headers, body));
  const error = await errorFrom(url);
  expect(error).toMatchObject({ kind: "http", status, problem: undefined });
  expect(everythingIn(error)).not.toContain("body-marker");
});

test.for([
  { type: "bearer", token: "s3cret-marker\nX: 1", applicationToken: "a" },
  { type: "bearer", token: "t", applicationToken: "s3cret-marker✓" },
  { type: "basic", username: "key", password: "s3cret-marker\r\n" },
  { type: "basic", username: "ke:y", password: "s3cret-marker" },
] as const)(
  "a $type secret with characters not allowed in a header is refused, and the error does not repeat it",
  async (credentials) => {
    const { url, seen } = await startFaultServer(hang);
    const error = await errorFrom(url, { credentials });
    expect(error).toMatchObject({ kind: "auth" });
    expect(everythingIn(error)).not.toContain("s3cret-marker");
    expect(seen).toEqual([]);
  },
);

test("no error contains the user id, the body or a credential, and its message is cut at 256 characters", async () => {
  const problem = { ...JSON_TYPE, "Content-Type": "application/problem+json" };
  const { url } = await startFaultServer(respond(400, problem, JSON.stringify({ title: "x".repeat(999) })));
  const [http, network] = [await errorFrom(url), await errorFrom(NOWHERE)];
  expect(http.message).toHaveLength(256);
  for (const error of [http, network]) {
    expect(everythingIn(error)).not.toMatch(/s3cret-marker|u-user-marker|con_acme-ad/);
  }
});

test.for([
  "http://api.example",
  "ftp://127.0.0.1",
  "https://user:s3cret-marker@api.example",
  "https://api.example?s3cret-marker",
  "not a url s3cret-marker",
])("the base URL %s is refused, and the error does not repeat it", (baseUrl) => {
  let error: unknown;
  try {
    clientFor(baseUrl);
  } catch (thrown) {
    error = thrown;
  }
  expect(isNexusError(error) && error.kind).toBe("config");
  expect(everythingIn(error)).not.toContain("s3cret-marker");
});

test("a base URL may be https, loopback and, if allowed, http", () => {
  for (const baseUrl of ["https://api.example/base/", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"]) {
    expect(() => clientFor(baseUrl)).not.toThrow();
  }
  expect(() => clientFor("http://api.example", { allowInsecureHttp: true })).not.toThrow();
});

test("a call leaves no listener on the caller's signal", async () => {
  const { url } = await startFaultServer(respond(503, { "Retry-After": "0" }));
  const { signal } = new AbortController();
  await clientFor(url).safeSyncUserIdentity("u", signIn(), { signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
