import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { ClientEvent } from "../../client/events.ts";
import type { NexusClientOptions } from "../../client/nexus-client.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, startFaultServer } from "./fault-server.ts";

const JSON_HEADER = { "Content-Type": "application/json" };
const FAST = { baseMs: 1 };

type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;
const good: Answer = (response) => response.writeHead(200, JSON_HEADER).end('{"userId":"u"}');
const status =
  (code: number, headers = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

/** A server that gives these answers one after the other, the last one for ever. */
async function startScript(...answers: Answer[]) {
  let turn = 0;
  return startFaultServer((request, response) => {
    const answer = answers[Math.min(turn, answers.length - 1)];
    turn += 1;
    answer?.(response, request);
  });
}

async function called(answers: Answer[], options: Partial<NexusClientOptions> = {}) {
  const { url, seen } = await startScript(...answers);
  const start = performance.now();
  const result = await clientFor(url, { retry: FAST, ...options }).safeSyncUserIdentity("u", signIn());
  return { result, seen, ms: performance.now() - start };
}

test("503, 503, 200 is a success at the third attempt, with the same bytes and one request id", async () => {
  const bodies: string[] = [];
  const read =
    (answer: Answer): Answer =>
    async (response, request) => {
      bodies.push(await text(request));
      answer(response, request);
    };
  const { result, seen } = await called([read(status(503)), read(status(503)), read(good)]);
  expect(result).toMatchObject({ ok: true, meta: { attempts: 3 } });
  expect(new Set(seen.map(({ headers }) => headers["x-request-id"])).size).toBe(1);
  expect([bodies.length, new Set(bodies).size]).toEqual([3, 1]);
});

test.for([408, 425, 429, 500, 502, 503, 504])("%i is tried again, twice by default", async (code) => {
  const { result, seen } = await called([status(code)]);
  expect(result).toMatchObject({ ok: false, error: { kind: "http", status: code } });
  expect(seen).toHaveLength(3);
});

test.for([400, 401, 403, 404, 405, 406, 409, 413, 415, 501])("%i is not tried again", async (code) => {
  const { result, seen } = await called([status(code), good]);
  expect(result).toMatchObject({ ok: false, error: { status: code } });
  expect(seen).toHaveLength(1);
});

test("a conflict is tried again where the server says when", async () => {
  const { result, seen } = await called([status(409, { "Retry-After": "0" }), good]);
  expect([result.ok, seen.length]).toEqual([true, 2]);
});

test("a connection that is reset, and a body that stalls, are tried again", async () => {
  const reset: Answer = (response) => response.socket?.destroy();
  const stall: Answer = (response) => response.writeHead(200, JSON_HEADER).write('{"userId":');
  expect((await called([reset, good])).result).toMatchObject({ ok: true, meta: { attempts: 2 } });
  const stalled = await called([stall, good], { timeoutMs: 100 });
  expect(stalled.result).toMatchObject({ ok: true, meta: { attempts: 2 } });
  expect(stalled.ms).toBeGreaterThan(95);
});

test("a 200 that is no JSON object is not tried again: the sync was done", async () => {
  const { result, seen } = await called([(response) => response.writeHead(200, JSON_HEADER).end("["), good]);
  expect(result).toMatchObject({ ok: false, error: { kind: "decode" } });
  expect(seen).toHaveLength(1);
});

test("Retry-After in seconds is kept, and so is a date", async () => {
  const seconds = await called([status(503, { "Retry-After": "1" }), good]);
  expect([seconds.result.ok, seconds.ms > 900, seconds.ms < 1_300]).toEqual([true, true, true]);
  // A date has whole seconds: two from now is between one and two away.
  const at = () => new Date(Date.now() + 2_000).toUTCString();
  const dated = await called([(response) => response.writeHead(503, { "Retry-After": at() }).end(), good]);
  expect([dated.result.ok, dated.ms > 900, dated.ms < 2_300]).toEqual([true, true, true]);
});

test("a Retry-After that is too long fails at once, and is reported", async () => {
  const { result, seen, ms } = await called([status(429, { "Retry-After": "277403" }), good]);
  expect(result).toMatchObject({ ok: false, error: { kind: "http", status: 429, retryAfterMs: 277_403_000 } });
  expect([seen.length, ms < 500]).toEqual([1, true]);
  const patient = { ...FAST, maxRetryAfterMs: 900 };
  expect((await called([status(503, { "Retry-After": "1" }), good], { retry: patient })).result.ok).toBe(false);
});

test("who lets many calls wait is told of a pause at once, and other failures are still tried again", async () => {
  const { url, seen } = await startScript(status(502), status(503, { "Retry-After": "0" }), good);
  const client = clientFor(url, { retry: FAST });
  const paused = await client.safeSyncUserIdentity("u", signIn(), { reportsPauses: true });
  expect(paused).toMatchObject({ ok: false, error: { status: 503, retryAfterMs: 0 } });
  expect(seen).toHaveLength(2);
});

test("an abort while it waits ends the call within 50 ms, and nothing more is sent", async () => {
  const { url, seen } = await startScript(status(503, { "Retry-After": "3" }));
  const abort = new AbortController();
  const call = clientFor(url).safeSyncUserIdentity("u", signIn(), { signal: abort.signal });
  await expect.poll(() => seen.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const start = performance.now();
  abort.abort();
  expect(await call).toMatchObject({ ok: false, error: { kind: "aborted" } });
  expect(performance.now() - start).toBeLessThan(50);
  expect(seen).toHaveLength(1);
});

test("the deadline ends a call with fifty tries, one that hangs, and a source that hangs", async () => {
  const fifty = { limit: 50, baseMs: 1 };
  const tired = await called([status(503)], { deadlineMs: 120, retry: fifty });
  expect([tired.result.ok, tired.ms < 200]).toEqual([false, true]);
  const hung = await called([() => {}], { deadlineMs: 120, timeoutMs: 5_000 });
  expect(hung.result).toMatchObject({ ok: false, error: { kind: "timeout" } });
  const credentials = { type: "basic", username: "key", password: () => new Promise<string>(() => {}) } as const;
  const silent = await called([good], { deadlineMs: 120, credentials });
  expect(silent.result).toMatchObject({ ok: false, error: { kind: "timeout" } });
  expect([hung.ms < 200, silent.ms < 200, silent.seen.length]).toEqual([true, true, 0]);
});

test("a wait that ends behind the deadline is not begun: the server's answer says more", async () => {
  const { result, ms } = await called([status(503, { "Retry-After": "3" })], { deadlineMs: 1_000 });
  expect(result).toMatchObject({ ok: false, error: { kind: "http", status: 503, retryAfterMs: 3_000 } });
  expect(ms).toBeLessThan(500);
});

test("events tell attempts, waits and the end, and nothing of the request", async () => {
  const events: ClientEvent[] = [];
  await called([status(503), good], { onEvent: (event) => events.push(event) });
  expect(events.map(({ type }) => type)).toEqual(["attempt", "retry", "attempt", "end"]);
  expect(events[1]).toMatchObject({ kind: "http", status: 503, attempt: 1 });
  expect(events[3]).toMatchObject({ ok: true, status: 200 });
  expect(JSON.stringify(events)).not.toMatch(/s3cret|con_acme/);
  const thrower = () => {
    throw new Error("mine");
  };
  expect((await called([good], { onEvent: thrower })).result.ok).toBe(true);
});
