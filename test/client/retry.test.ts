import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { SecretAsk } from "../../client/credentials.ts";
import type { CallOptions, NexusClientOptions } from "../../client/nexus-client.ts";
import type { ClientEvent } from "../../client/send.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, hang, JSON_TYPE, respond, stall, startFaultServer } from "./fault-server.ts";
import { atAbort, within } from "./timing.ts";

const FAST = { baseMs: 1 };
const good = respond();

/** Calls a server that sends these responses in order, and then repeats the last one. */
async function callServer(
  listeners: RequestListener[],
  options: Partial<NexusClientOptions> = {},
  callOptions: CallOptions = {},
  limit: <Result>(call: Promise<Result>) => Promise<Result> = (call) => call,
) {
  let next = 0;
  const events: ClientEvent[] = [];
  const onEvent = (event: ClientEvent) => void events.push(event);
  const { url, seen } = await startFaultServer((request, response) => {
    listeners[Math.min(next, listeners.length - 1)]?.(request, response);
    next += 1;
  });
  const client = clientFor(url, { retry: FAST, onEvent, ...options });
  const start = performance.now();
  const result = await limit(client.safeSyncUserIdentity("u", signIn(), callOptions));
  const ms = performance.now() - start;
  return { result, seen, ms, types: events.map(({ type }) => type), waitMs: waitIn(events) };
}

/** Milliseconds of the first backoff. */
function waitIn(events: readonly ClientEvent[]): number {
  const [wait = Number.NaN] = events.flatMap((event) => (event.type === "retry" ? [event.waitMs] : []));
  return wait;
}

test("a call with the responses 503, 503, 200 succeeds at the third attempt, with the same bytes and one request id", async () => {
  const bodies: string[] = [];
  const reading =
    (listener: RequestListener): RequestListener =>
    async (request, response) => {
      bodies.push(await text(request));
      listener(request, response);
    };
  const { result, seen } = await callServer([reading(respond(503)), reading(respond(503)), reading(good)]);
  expect(result).toMatchObject({ ok: true, meta: { attempts: 3 } });
  expect(new Set(seen.map(({ headers }) => headers["x-request-id"])).size).toBe(1);
  expect(bodies).toEqual(Array.from({ length: 3 }, () => JSON.stringify(signIn())));
});

test.for<[attempts: number, ...response: Parameters<typeof respond>]>([
  ...[408, 425, 429, 500, 502, 503, 504].map((status): [number, number] => [3, status]),
  ...[400, 401, 403, 404, 405, 406, 409, 413, 415, 501].map((status): [number, number] => [1, status]),
  [3, 409, { "Retry-After": "0" }],
  // Not retried, because the sync was stored.
  [1, 200, JSON_TYPE, "["],
])("%i attempts are made if each response is %i %o", async ([attempts, ...response]) => {
  const { result, seen } = await callServer([respond(...response)]);
  expect(result).toMatchObject({ ok: false, error: { status: response[0] } });
  expect(seen).toHaveLength(attempts);
});

test("a connection that is reset, and a body that stalls, are retried", async () => {
  const reset: RequestListener = (_, response) => response.socket?.destroy();
  expect((await callServer([reset, good])).result).toMatchObject({ ok: true, meta: { attempts: 2 } });
  const stalled = await callServer([stall, good], { timeoutMs: 400 });
  expect(stalled.result).toMatchObject({ ok: true, meta: { attempts: 2 } });
  expect(stalled.ms).toBeGreaterThan(395);
});

test("Retry-After in seconds and as a date is honoured", async () => {
  const seconds = await callServer([respond(503, { "Retry-After": "1" }), good]);
  expect([seconds.result.ok, seconds.waitMs, seconds.ms > 990]).toEqual([true, 1_000, true]);
  // An HTTP date has whole seconds, so the date in two seconds is one to two seconds away.
  const at = () => new Date(Date.now() + 2_000).toUTCString();
  const dated = await callServer([(_, response) => response.writeHead(503, { "Retry-After": at() }).end(), good]);
  expect([dated.result.ok, dated.waitMs > 900, dated.waitMs <= 2_000]).toEqual([true, true, true]);
  expect(dated.ms).toBeGreaterThan(dated.waitMs - 10);
});

test.for([-3_600, 3_600])(
  "a Retry-After as a date counts from the response's Date, if the clock of the caller is off by %i s",
  async (seconds) => {
    const now = Date.now() + seconds * 1_000;
    const at = (ms: number) => new Date(now + ms).toUTCString();
    const limited: RequestListener = (_, response) =>
      response.writeHead(429, { Date: at(0), "Retry-After": at(60_000) }).end();
    const { result } = await callServer([limited]);
    expect(result).toMatchObject({ ok: false, error: { status: 429, retryAfterMs: 60_000 } });
  },
);

test("a Retry-After over the maximum fails the call at once, and is in the error", async () => {
  const { result, types } = await callServer([respond(429, { "Retry-After": "277403" }), good]);
  expect(result).toMatchObject({ ok: false, error: { kind: "http", status: 429, retryAfterMs: 277_403_000 } });
  expect(types).toEqual(["attempt", "end"]);
  const retry = { ...FAST, maxRetryAfterMs: 900 };
  const short = await callServer([respond(503, { "Retry-After": "1" }), good], { retry });
  expect(short.result).toMatchObject({ ok: false, error: { retryAfterMs: 1_000 } });
});

test.for(["0.5", "-5", "1, 2", "soon"])(
  "the Retry-After %j is neither seconds nor a date, and is ignored",
  async (value) => {
    const { result } = await callServer([respond(503, { "Retry-After": value })]);
    expect(result).toMatchObject({ ok: false, error: { status: 503, retryAfterMs: undefined } });
  },
);

test("reportsPauses reports a pause at once, and other errors are still retried", async () => {
  const responses = [respond(502), respond(503, { "Retry-After": "0" }), good];
  const { result, seen } = await callServer(responses, {}, { reportsPauses: true });
  expect(result).toMatchObject({ ok: false, error: { status: 503, retryAfterMs: 0 } });
  expect(seen).toHaveLength(2);
});

test("an abort during backoff ends the call at once, and nothing more is sent", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const onEvent = ({ type }: ClientEvent) => {
    if (type === "retry") setTimeout(() => controller.abort(), 20);
  };
  const listeners = [respond(503, { "Retry-After": "3" })];
  const { result, seen } = await callServer(listeners, { onEvent }, { signal }, (call) => atAbort(signal, call));
  expect(result).toMatchObject({ ok: false, error: { kind: "aborted" } });
  expect(seen).toHaveLength(1);
});

test("the deadline ends a call with fifty retries, one that hangs, and one whose secret source hangs", async () => {
  const aborted: boolean[] = [];
  const password = ({ signal }: SecretAsk) =>
    new Promise<string>(() => signal.addEventListener("abort", () => aborted.push(true)));
  const calls: [RequestListener, Partial<NexusClientOptions>, error: object][] = [
    [respond(503), { retry: { limit: 50, baseMs: 1 } }, {}],
    [hang, { timeoutMs: 5_000 }, { kind: "timeout" }],
    [good, { credentials: { type: "basic", username: "key", password } }, { kind: "timeout" }],
  ];
  for (const [listener, options, error] of calls) {
    const limited = { ...options, deadlineMs: 120 };
    const { result } = await callServer([listener], limited, {}, (call) => within(200, call));
    expect(result).toMatchObject({ ok: false, error });
  }
  expect(aborted).toEqual([true]);
});

test("a backoff that ends after the deadline is not started, and the server's error is returned", async () => {
  const { result, types } = await callServer([respond(503, { "Retry-After": "3" })], { deadlineMs: 2_000 });
  expect(result).toMatchObject({ ok: false, error: { kind: "http", status: 503, retryAfterMs: 3_000 } });
  expect(types).toEqual(["attempt", "end"]);
});

test("events report attempts, retries and the end, without any data of the request", async () => {
  const events: ClientEvent[] = [];
  await callServer([respond(503), good], { onEvent: (event) => events.push(event) });
  expect(events).toMatchObject([
    { type: "attempt", attempt: 1 },
    { type: "retry", kind: "http", status: 503, attempt: 1 },
    { type: "attempt", attempt: 2 },
    { type: "end", ok: true, status: 200 },
  ]);
  expect(JSON.stringify(events)).not.toMatch(/s3cret|con_acme/);
  const onEvent = () => {
    throw new Error("from the listener");
  };
  expect((await callServer([good], { onEvent })).result.ok).toBe(true);
});
