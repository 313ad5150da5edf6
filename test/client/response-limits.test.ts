import { createGzip } from "node:zlib";
import { expect, test } from "vitest";
import { clientCredentialsToken } from "../../client/auth0/entry.ts";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { NexusError } from "../../client/nexus-error.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, JSON_TYPE, respond, startFaultServer } from "./fault-server.ts";

const MEGABYTE = 1_000_000;
const LIMIT = 10 * MEGABYTE;
const PROBLEM_TYPE = { "Content-Type": "application/problem+json" };
const UNPRINTABLE = "\u001b[31m\n\r\u0000\u0085\u009b\u2028\u2029\u202a\u202e\u2066\u2069\u200f\u061c\ud83d";

async function call(url: string, options: Partial<NexusClientOptions> = {}) {
  const client = clientFor(url, { retry: { limit: 0 }, timeoutMs: 10_000, ...options });
  return client.safeSyncUserIdentity("u", signIn());
}

async function errorFrom(url: string, options: Partial<NexusClientOptions> = {}): Promise<NexusError> {
  const result = await call(url, options);
  if (result.ok) throw new Error("The call succeeded.");
  return result.error;
}

/** Sends spaces without end, and records when the client closes the connection. */
async function startEndlessServer(status: number, isCompressed: boolean) {
  const closed = Promise.withResolvers<void>();
  const { url } = await startFaultServer((_, response) => {
    const encoding = isCompressed ? { "Content-Encoding": "gzip" } : {};
    response.writeHead(status, { ...JSON_TYPE, ...encoding }).once("close", closed.resolve);
    const output = isCompressed ? createGzip() : response;
    if (output !== response) output.pipe(response);
    const chunk = Buffer.alloc(MEGABYTE, " ");
    const write = () => void output.write(chunk, () => response.destroyed || setImmediate(write));
    write();
  });
  return { url, closed: closed.promise };
}

test.for([
  [200, false],
  [200, true],
  [404, false],
  [503, true],
] as const)(
  "an endless body of a %i (compressed: %s) is a decode error that names the limit, and the connection closes",
  async ([status, isCompressed]) => {
    const { url, closed } = await startEndlessServer(status, isCompressed);
    const before = process.memoryUsage().rss;
    expect(await errorFrom(url)).toMatchObject({
      kind: "decode",
      status,
      message: `PUT ${url}/v1/users/{userId}/$sync returned more than ${LIMIT} bytes (see maxResponseBytes).`,
      problem: undefined,
    });
    await closed;
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEGABYTE);
  },
);

test("maxResponseBytes sets the limit, and a body of exactly that size is read", async () => {
  const body = JSON.stringify({ userId: "ü".repeat(100) });
  const { url } = await startFaultServer(respond(200, JSON_TYPE, body));
  const size = Buffer.byteLength(body);
  expect(await call(url, { maxResponseBytes: size })).toMatchObject({ ok: true, data: JSON.parse(body) });
  expect(await errorFrom(url, { maxResponseBytes: size - 1 })).toMatchObject({ kind: "decode" });
});

test("a body over the limit is cancelled, even if the fetch ignores signals", async () => {
  let isCancelled = false;
  const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(MEGABYTE));
  const cancel = () => {
    isCancelled = true;
    throw new Error("The source can't be cancelled.");
  };
  const fetch = async () => new Response(new ReadableStream({ pull, cancel }), { headers: JSON_TYPE });
  expect(await errorFrom("https://nexus.example", { fetch })).toMatchObject({ kind: "decode" });
  expect(isCancelled).toBe(true);
});

test.for([0, 1])(
  "a body that yields chunks of %i bytes for ever ends at the time limit, and is cancelled",
  async (size) => {
    let isCancelled = false;
    const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(size));
    const cancel = () => {
      isCancelled = true;
    };
    const fetch = async () => new Response(new ReadableStream({ pull, cancel }), { headers: JSON_TYPE });
    expect(await errorFrom("https://nexus.example", { fetch, timeoutMs: 100 })).toMatchObject({ kind: "timeout" });
    expect(isCancelled).toBe(true);
  },
);

test("a response that a fetch without signals returns after the time limit is cancelled", async () => {
  const cancelled = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Response>();
  const fetch = () => late.promise;
  expect(await errorFrom("https://nexus.example", { fetch, timeoutMs: 50 })).toMatchObject({ kind: "timeout" });
  late.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() }), { headers: JSON_TYPE }));
  await cancelled.promise;
});

test.for([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "x"])("maxResponseBytes %s is refused", (maxResponseBytes) => {
  expect(() => clientFor("https://nexus.example", { maxResponseBytes: maxResponseBytes as number })).toThrow(
    expect.objectContaining({
      kind: "config",
      message: "maxResponseBytes must be more than 0 and at most 2147483647.",
    }),
  );
});

test.for([
  [200, "decode", "The token endpoint returned more than 10000000 bytes."],
  [500, "auth", "The token endpoint returned 500."],
] as const)(
  "an endless %i of the token endpoint is an error, and the connection closes",
  async ([status, kind, message]) => {
    const { url, closed } = await startEndlessServer(status, true);
    const grant = { domain: "acme.example", clientId: "c", clientSecret: "s3cret-marker", audience: "a" };
    const fetchToken = clientCredentialsToken({ ...grant, fetch: (_, init) => fetch(url, init) });
    const { signal } = new AbortController();
    await expect(fetchToken({ signal })).rejects.toMatchObject({ kind, message });
    await closed;
  },
);

test("the JSON of an error is small and printable, whatever the server sends, and problem is unchanged", async () => {
  const text = UNPRINTABLE + "x".repeat(MEGABYTE);
  const violation = { pointer: text, detail: text };
  const problem = { type: text, title: text, detail: text, instance: text, errors: [violation], [text]: text };
  const { url } = await startFaultServer(respond(400, PROBLEM_TYPE, JSON.stringify(problem)));
  const error = await errorFrom(url);
  expect(error.problem).toEqual(problem);
  expect(error.message).toMatch(/^PUT \S+ returned 400: \uFFFD\[31m\uFFFD{14}x+$/);
  const json = error.toJSON();
  expect(String(json.problemType)).toMatch(/^\uFFFD\[31m\uFFFD{14}x+$/);
  for (const value of Object.values(json)) expect(String(value).length).toBeLessThanOrEqual(256);
});

test.for([[1], [null], [["x"]], [{ x: "x" }]])("a problem type %j is not in the JSON", async ([type]) => {
  const { url } = await startFaultServer(respond(400, PROBLEM_TYPE, JSON.stringify({ type, title: type })));
  const error = await errorFrom(url);
  expect(error.toJSON().problemType).toBeUndefined();
  expect(error.message).toBe(`PUT ${url}/v1/users/{userId}/$sync returned 400`);
});

test.for(["", "a b", "\u009b31m", "x".repeat(129)])(
  "the invalid X-Request-Id %j is replaced by the one sent",
  async (id) => {
    const { url, seen } = await startFaultServer((request, response) => {
      const status = request.headers["x-status"] === "400" ? 400 : 200;
      response.writeHead(status, { ...JSON_TYPE, "X-Request-Id": id }).end("{}");
    });
    const ok = await call(url);
    const { requestId } = await errorFrom(url, { headers: { "X-Status": "400" } });
    const sent = seen.map(({ headers }) => headers["x-request-id"]);
    expect([ok.ok && ok.meta.requestId, requestId]).toEqual(sent);
  },
);

test("a message that is cut within a character, or contains unprintable ones, is printable", () => {
  const { message } = new NexusError("config", `${"x".repeat(255)}😀`);
  expect(message).toBe(`${"x".repeat(255)}\uFFFD`);
  expect(new NexusError("config", "Grüße 👩‍🚀 नमस्ते").message).toBe("Grüße 👩‍🚀 नमस्ते");
});
