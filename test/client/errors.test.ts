import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { isNexusError } from "../../client/nexus-error.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, hang, JSON_TYPE, NOWHERE, respond, stall, startFaultServer } from "./fault-server.ts";

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
  const start = performance.now();
  expect(await errorFrom(url, { timeoutMs: 100 })).toMatchObject({ kind: "timeout" });
  expect(performance.now() - start).toBeLessThan(1_000);
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

  const start = performance.now();
  const late = await client.safeSyncUserIdentity("u", signIn(), { signal: AbortSignal.timeout(50) });
  expect(late).toMatchObject({ ok: false, error: { kind: "aborted" } });
  expect(performance.now() - start).toBeLessThan(1_000);
});

test.for([
  ["truncated JSON", '{"userId":', JSON_TYPE],
  ["an empty body", "", JSON_TYPE],
  ["an array", "[]", JSON_TYPE],
  ["null", "null", JSON_TYPE],
  ["HTML", "<html>body-marker</html>", HTML_TYPE],
  ["JSON declared as HTML", "{}", HTML_TYPE],
] as const)("a 200 with %s is a decode error", async ([, body, headers]) => {
  const { url } = await startFaultServer(respond(200, headers, body));
  const error = await errorFrom(url);
  expect(error).toMatchObject({ kind: "decode", status: 200 });
  expect(everythingIn(error)).not.toContain("body-marker");
});

test("a 204 is a decode error", async () => {
  const { url } = await startFaultServer(respond(204, {}, ""));
  expect(await errorFrom(url)).toMatchObject({ kind: "decode", status: 204 });
});

test("an empty 500 is an error with its status, with and without Content-Length", async () => {
  for (const headers of [{ "Content-Length": "0" }, { "Transfer-Encoding": "chunked" }]) {
    const { url } = await startFaultServer(respond(500, headers, ""));
    expect(await errorFrom(url)).toMatchObject({ kind: "http", status: 500, problem: undefined });
  }
});

test("no part of the HTML of a 502 is in the error", async () => {
  const { url } = await startFaultServer(respond(502, HTML_TYPE, "<html>page-marker</html>"));
  const error = await errorFrom(url);
  expect(error).toMatchObject({ kind: "http", status: 502, problem: undefined });
  expect(everythingIn(error)).not.toContain("page-marker");
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
  let error: unknown = new Error("not refused");
  expect(isNexusError(error)).toBe(false);
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

test("fifty calls leave no listener on the caller's signal", async () => {
  const { url } = await startFaultServer(respond());
  const { signal } = new AbortController();
  let listeners = 0;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  const client = clientFor(url);
  for (let call = 0; call < 50; call += 1) await client.syncUserIdentity("u", signIn(), { signal });
  expect(listeners).toBe(0);
});
