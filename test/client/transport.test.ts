import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { isNexusError } from "../../client/nexus-error.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, startFaultServer } from "./fault-server.ts";

const JSON_HEADER = { "Content-Type": "application/json" };

async function failureOf(url: string, options: Partial<NexusClientOptions> = {}) {
  // Each failure as it comes; what is tried again, and when, has tests of its own.
  const result = await clientFor(url, { retry: { limit: 0 }, ...options }).safeSyncUserIdentity(
    "u-user-marker",
    signIn(),
  );
  if (result.ok) throw new Error("It was taken for success.");
  return result.error;
}

test.for([301, 302, 303, 307, 308])("a redirect by %i is an error, and its target gets no request", async (status) => {
  const target = await startFaultServer((_, response) => response.writeHead(200, JSON_HEADER).end("{}"));
  const { url } = await startFaultServer((_, response) => response.writeHead(status, { Location: target.url }).end());
  expect(await failureOf(url)).toMatchObject({ kind: "redirect", status });
  expect(target.seen).toEqual([]);
});

test("an answer that does not begin ends as a timeout", async () => {
  const { url } = await startFaultServer(() => {});
  const start = performance.now();
  expect(await failureOf(url, { timeoutMs: 100 })).toMatchObject({ kind: "timeout" });
  expect(performance.now() - start).toBeLessThan(1_000);
});

test("a body that stalls ends as a timeout", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(200, JSON_HEADER).write('{"userId":'));
  expect(await failureOf(url, { timeoutMs: 100 })).toMatchObject({ kind: "timeout" });
});

test("a source of a secret that hangs ends as a timeout, and its signal is aborted", async () => {
  const { url, seen } = await startFaultServer(() => {});
  const signals: AbortSignal[] = [];
  const password = ({ signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Promise<string>(() => {});
  };
  const credentials = { type: "basic", username: "key", password } as const;
  expect(await failureOf(url, { timeoutMs: 50, credentials })).toMatchObject({ kind: "timeout" });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(seen).toEqual([]);
});

test("a source of a secret that fails is an auth error", async () => {
  const password = () => Promise.reject(new Error("vault is sealed"));
  const error = await failureOf("http://127.0.0.1:9", { credentials: { type: "basic", username: "key", password } });
  expect(error).toMatchObject({ kind: "auth", cause: { message: "vault is sealed" } });
});

test("when one secret fails, the source of the other is told to stop", async () => {
  const signals: AbortSignal[] = [];
  const token = () => Promise.reject(new Error("vault is sealed"));
  const applicationToken = ({ signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return new Promise<string>(() => {});
  };
  const error = await failureOf("http://127.0.0.1:9", { credentials: { type: "bearer", token, applicationToken } });
  expect(error).toMatchObject({ kind: "auth" });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test("nobody at the address, and a connection lost in the body, are network errors", async () => {
  const { url } = await startFaultServer((_, response) => {
    response.writeHead(200, { ...JSON_HEADER, "Content-Length": "100" }).write('{"userId":');
    setTimeout(() => response.destroy(), 20);
  });
  expect(await failureOf("http://127.0.0.1:9")).toMatchObject({ kind: "network" });
  expect(await failureOf(url)).toMatchObject({ kind: "network" });
});

test("an abort before the start sends nothing, and one under way ends the call at once", async () => {
  const { url, seen } = await startFaultServer(() => {});
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
  ["truncated JSON", '{"userId":', JSON_HEADER],
  ["an empty body", "", JSON_HEADER],
  ["an array", "[]", JSON_HEADER],
  ["null", "null", JSON_HEADER],
  ["a page", "<html>body-marker</html>", { "Content-Type": "text/html" }],
  ["JSON called a page", "{}", { "Content-Type": "text/html" }],
] as const)("a 200 with %s is a decode error", async ([, body, headers]) => {
  const { url } = await startFaultServer((_, response) => response.writeHead(200, headers).end(body));
  const error = await failureOf(url);
  expect(error).toMatchObject({ kind: "decode" });
  expect(inspect(error, { depth: 9 })).not.toContain("body-marker");
});

test("an empty 500 is an error with its status, with and without Content-Length", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(500).end());
  expect(await failureOf(url)).toMatchObject({ kind: "http", status: 500, problem: undefined });
  const chunked = await startFaultServer((_, response) => {
    response.writeHead(500, { "Transfer-Encoding": "chunked" }).end();
  });
  expect(await failureOf(chunked.url)).toMatchObject({ kind: "http", status: 500 });
});

test("the page of a 502 is nowhere in the error", async () => {
  const page = "<html>page-marker</html>";
  const { url } = await startFaultServer((_, response) => {
    response.writeHead(502, { "Content-Type": "text/html" }).end(page);
  });
  const error = await failureOf(url);
  expect(error).toMatchObject({ kind: "http", status: 502, problem: undefined });
  expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain("page-marker");
});

test("Retry-After is reported in milliseconds, from seconds and from a date", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(503, { "Retry-After": "7" }).end());
  expect((await failureOf(url)).retryAfterMs).toBe(7_000);
  const at = await startFaultServer((_, response) => {
    response.writeHead(503, { "Retry-After": new Date(Date.now() + 60_000).toUTCString() }).end();
  });
  expect((await failureOf(at.url)).retryAfterMs).toSatisfy((ms: number) => ms > 57_000 && ms <= 60_000);
});

test.for([
  { type: "bearer", token: "s3cret-marker\nX: 1", applicationToken: "a" },
  { type: "bearer", token: "t", applicationToken: "s3cret-marker✓" },
  { type: "basic", username: "key", password: "s3cret-marker\r\n" },
  { type: "basic", username: "ke:y", password: "s3cret-marker" },
] as const)("a secret that a header can't carry is refused without a word of it: $type", async (credentials) => {
  const { url, seen } = await startFaultServer(() => {});
  const error = await failureOf(url, { credentials });
  expect(error).toMatchObject({ kind: "auth" });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret-marker");
  expect(seen).toEqual([]);
});

test("no error holds the user id, the body or a credential", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(500).end());
  for (const error of [await failureOf(url), await failureOf("http://127.0.0.1:9")]) {
    const everything = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
    expect(everything).not.toMatch(/s3cret-marker|u-user-marker|con_acme-ad/);
    expect(error.message.length).toBeLessThanOrEqual(256);
  }
});

test("a long title is cut with the message", async () => {
  const { url } = await startFaultServer((_, response) => {
    response
      .writeHead(400, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify({ title: "x".repeat(999) }));
  });
  expect((await failureOf(url)).message).toHaveLength(256);
});

test.for([
  "http://api.example",
  "ftp://127.0.0.1",
  "https://user:s3cret-marker@api.example",
  "https://api.example?s3cret-marker",
  "not a url s3cret-marker",
])("the base URL %s is refused without repeating it", (baseUrl) => {
  const error = (() => {
    try {
      clientFor(baseUrl);
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(isNexusError(error) && error.kind).toBe("config");
  expect(inspect(error)).not.toContain("s3cret-marker");
});

test.for(["https://api.example/base/", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"])(
  "the base URL %s is taken",
  (baseUrl) => {
    expect(() => clientFor(baseUrl)).not.toThrow();
    expect(() => clientFor("http://api.example", { allowInsecureHttp: true })).not.toThrow();
  },
);

test("fifty calls leave no listener on the caller's signal", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(200, JSON_HEADER).end("{}"));
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
