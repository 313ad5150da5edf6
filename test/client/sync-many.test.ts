import { expect, onTestFinished, test, vi } from "vitest";
import type { SyncItem, SyncOutcome } from "../../client/bulk/sync-item.ts";
import { type SyncPause, syncMany, TooManyFailures } from "../../client/bulk/sync-many.ts";
import { NexusError } from "../../client/nexus-error.ts";
import { acme, CONNECTION, clientOf, identity, signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, hang, JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";
import { atAbort } from "./timing.ts";

/** One sign-in per id, with its position in the attribute `n`. */
function itemsFor(userIds: readonly string[]): SyncItem[] {
  return userIds.map((userId, n) => ({ userId, body: signIn({ attributes: { n: String(n) } }) }));
}

const users = (count: number) => Array.from({ length: count }, (_, number) => `u-${number}`);

async function collect(outcomes: AsyncIterable<SyncOutcome>, into: SyncOutcome[] = []): Promise<SyncOutcome[]> {
  for await (const outcome of outcomes) into.push(outcome);
  return into;
}

/** A server that responds after `ms` and counts the requests in flight. */
async function startSlowServer(ms: (url: string) => number = () => 5) {
  const inFlight: string[] = [];
  const counts = { max: 0, overlaps: 0, aborted: 0 };
  const server = await startFaultServer((request, response) => {
    const url = String(request.url);
    if (inFlight.includes(url)) counts.overlaps += 1;
    inFlight.push(url);
    counts.max = Math.max(counts.max, inFlight.length);
    response.once("close", () => {
      inFlight.splice(inFlight.indexOf(url), 1);
      if (!response.writableFinished) counts.aborted += 1;
    });
    setTimeout(() => response.writeHead(200, JSON_TYPE).end("{}"), ms(url));
  });
  return { ...server, inFlight, counts };
}

test("every item is synced, and its outcome has its index, user id and result", async () => {
  const directory = acme({ users: users(5).map((id, n) => ({ id, identities: [identity(CONNECTION, [], n)] })) });
  const { server } = await startStubWithClient({ directory });
  const outcomes = await collect(syncMany(clientOf(server), itemsFor([...users(5), "u-nobody"])));
  const results = outcomes
    .toSorted((a, b) => a.index - b.index)
    .map((outcome) => [outcome.index, outcome.userId, outcome.ok ? outcome.data.user?.id : outcome.error.status]);
  expect(results).toEqual([...users(5).map((id, index) => [index, id, id]), [5, "u-nobody", 404]]);
  expect((await server.user("u-3"))?.attributes).toMatchObject([{ name: "n", value: "3" }]);
});

test("concurrency limits the requests in flight, and the items that are read before an outcome is taken", async () => {
  const { url, counts } = await startSlowServer(() => 100);
  const ahead: number[] = [];
  let taken = 0;
  const source = (function* () {
    for (const [index, item] of itemsFor(users(20)).entries()) {
      ahead.push(index - taken);
      yield item;
    }
  })();
  for await (const _ of syncMany(clientFor(url), source, { concurrency: 5 })) {
    taken += 1;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  // The outcome that the loop is processing no longer counts towards the concurrency.
  expect(Math.max(...ahead)).toBeLessThanOrEqual(5);
  expect([counts.max, taken]).toEqual([5, 20]);
});

test("two items of one user never overlap, and keep their order", async () => {
  const { server } = await startStubWithClient();
  const { url, counts, seen } = await startSlowServer((path) => (path.includes("u-0") ? 15 : 2));
  await collect(syncMany(clientFor(url), itemsFor(["u-0", "u-0", "u-1", "u-0", "u-2", "u-0"]), { concurrency: 6 }));
  expect([counts.overlaps, seen.length]).toEqual([0, 6]);
  await collect(syncMany(clientOf(server), itemsFor(Array.from({ length: 30 }, () => "u-ada"))));
  expect((await server.user("u-ada"))?.attributes).toMatchObject([{ name: "n", value: "29" }]);
});

test("one 429 pauses all workers, and its item is sent again", async () => {
  const times: number[] = [];
  const waits: number[] = [];
  let pausedAt = Number.NaN;
  const { url } = await startFaultServer((request, response) => {
    times.push(performance.now());
    const isPause = Boolean(request.url?.includes("u-9/")) && Number.isNaN(pausedAt);
    if (isPause) pausedAt = performance.now();
    if (isPause) response.writeHead(429, { "Retry-After": "1" }).end();
    else setTimeout(() => response.writeHead(200, JSON_TYPE).end("{}"), 10);
  });
  const onPause = ({ waitMs }: SyncPause) => void waits.push(waitMs);
  const outcomes = await collect(syncMany(clientFor(url), itemsFor(users(100)), { concurrency: 4, onPause }));
  expect([outcomes.filter(({ ok }) => ok).length, times.length]).toEqual([100, 101]);
  // Only requests that were in flight at the 429 arrive before the pause is over.
  const early = times.filter((time) => time > pausedAt && time < pausedAt + 900);
  expect([early.length <= 3, waits]).toEqual([true, [1_000]]);
});

test("a pause is reported once with its status and length, and again when it gets longer", async () => {
  // A clock that stands still: how long the responses take does not matter.
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const waits = new Map(["1", "1", "2"].map((wait, n) => [`u-${n}`, wait]));
  const isPaused = Promise.withResolvers<void>();
  const { url } = await startFaultServer(async (request, response) => {
    const id = request.url?.split("/")[3] ?? "";
    const wait = waits.get(id);
    if (wait === "2") await isPaused.promise;
    if (waits.delete(id)) response.writeHead(429, { "Retry-After": wait }).end();
    else response.writeHead(200, JSON_TYPE).end("{}");
  });
  const pauses: SyncPause[] = [];
  const onPause = (pause: SyncPause) => {
    isPaused.resolve();
    if (pauses.push(pause) === 2) vi.advanceTimersByTime(pause.waitMs);
  };
  expect(
    (await collect(syncMany(clientFor(url), itemsFor(users(3)), { onPause }))).filter(({ ok }) => ok),
  ).toHaveLength(3);
  expect(pauses).toEqual([
    { status: 429, waitMs: 1_000 },
    { status: 429, waitMs: 2_000 },
  ]);
});

test("an item fails after ten pauses in a row", async () => {
  const { url, seen } = await startFaultServer(respond(429, { "Retry-After": "0" }));
  const outcomes = await collect(syncMany(clientFor(url), itemsFor(["u-0"])));
  expect(outcomes).toMatchObject([{ ok: false, error: { status: 429 } }]);
  expect(seen.length).toBe(11);
});

test("the checkpoint is the count of items finished without a gap", async () => {
  const [first, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { url } = await startFaultServer(async (request, response) => {
    if (!request.url?.includes("u-0/")) await first.promise;
    if (request.url?.includes("u-2/")) await others.promise;
    response.writeHead(200, JSON_TYPE).end("{}");
  });
  const saved: [number, number[]][] = [];
  const order: number[] = [];
  const save = (next: number) => void saved.push([next, [...order]]);
  for await (const { index } of syncMany(clientFor(url), itemsFor(users(10)), { checkpoint: { save } })) {
    order.push(index);
    first.resolve();
    if (order.length === 9) others.resolve();
  }
  expect(order.at(-1)).toBe(2);
  expect(saved.map(([next]) => next)).toEqual([1, 2, 10]);
  for (const [next, finished] of saved) {
    expect(finished).toEqual(expect.arrayContaining(Array.from({ length: next }, (_, index) => index)));
  }
});

test("at most 1,024 items start beyond an unfinished one", async () => {
  const unfinished = Promise.withResolvers<void>();
  const { url, seen } = await startFaultServer(async (request, response) => {
    if (request.url?.includes("u-0/")) await unfinished.promise;
    response.writeHead(200, JSON_TYPE).end("{}");
  });
  const client = clientFor(url, { timeoutMs: 60_000, deadlineMs: 60_000 });
  const run = collect(syncMany(client, itemsFor(users(1_500))));
  await expect.poll(() => seen.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(1_024);
  // Time for further items, which must not start.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(seen.length).toBe(1_024);
  unfinished.resolve();
  expect((await run).length).toBe(1_500);
});

test("leaving the loop aborts the requests in flight, starts no more, saves nothing and closes the source", async () => {
  const { url, seen, inFlight, counts } = await startSlowServer((path) => (path.includes("u-0/") ? 1 : 5_000));
  const saved: number[] = [];
  const checkpoint = { save: (next: number) => void saved.push(next) };
  let isClosed = false;
  const source = (async function* () {
    try {
      yield* itemsFor(users(50));
    } finally {
      isClosed = true;
    }
  })();
  for await (const _ of syncMany(clientFor(url, { timeoutMs: 9_000 }), source, { concurrency: 4, checkpoint })) {
    await expect.poll(() => seen.length).toBe(5);
    break;
  }
  await expect.poll(() => inFlight).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([seen.length, counts.aborted, saved, isClosed]).toEqual([5, 4, [], true]);
});

test("an abort ends the iteration at once, also in a pause and while the source hangs", async () => {
  const { url } = await startFaultServer(respond(429, { "Retry-After": "50" }));
  const good = await startSlowServer();
  const hanging = (async function* () {
    yield* itemsFor(["u-0"]);
    await new Promise(() => {});
  })();
  for (const [client, items] of [
    [clientFor(url), itemsFor(users(9))],
    [clientFor(good.url), hanging],
  ] as const) {
    const signal = AbortSignal.timeout(300);
    const run = atAbort(signal, collect(syncMany(client, items, { signal })));
    await expect(run).rejects.toMatchObject({ kind: "aborted" });
  }
  expect(good.seen.length).toBe(1);
});

test("with an aborted signal nothing is read from the source", async () => {
  let reads = 0;
  const counted = (function* () {
    reads += 1;
    yield* itemsFor(users(3));
  })();
  const outcomes = collect(syncMany(clientFor(NOWHERE), counted, { signal: AbortSignal.abort() }));
  await expect(outcomes).rejects.toMatchObject({ kind: "aborted" });
  expect(reads).toBe(0);
});

test("too many failures end the iteration with an error, after their outcomes", async () => {
  const { url } = await startFaultServer(respond(404));
  const outcomes: SyncOutcome[] = [];
  const run = collect(syncMany(clientFor(url), itemsFor(users(50)), { maxFailures: 3 }), outcomes);
  const error = await run.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TooManyFailures);
  expect(error).toMatchObject({ failures: 3, cause: { status: 404 } });
  expect(outcomes.length).toBe(3);
});

test("errors of the source and of save end the iteration, after the items in flight", async () => {
  const { url } = await startSlowServer();
  const source = (function* () {
    yield* itemsFor(users(3));
    throw new Error("The disk is gone.");
  })();
  const outcomes: SyncOutcome[] = [];
  await expect(collect(syncMany(clientFor(url), source), outcomes)).rejects.toThrow("The disk is gone.");
  expect(outcomes.length).toBe(3);
  const checkpoint = { save: () => Promise.reject(new Error("The disk is full.")) };
  await expect(collect(syncMany(clientFor(url), itemsFor(users(3)), { checkpoint }))).rejects.toThrow("is full");
});

test("an item with an error fails in its place, and nothing is sent for it", async () => {
  const { url, seen } = await startSlowServer();
  const error = new NexusError("config", "The line is invalid.");
  const outcomes = await collect(syncMany(clientFor(url), [...itemsFor(["u-0"]), { userId: "", error }]));
  expect(outcomes.find(({ index }) => index === 1)).toEqual({ index: 1, userId: "", ok: false, error });
  expect(seen.length).toBe(1);
});

test("after an abort the error has the signal's reason, before the start and with items in flight", async () => {
  const { url, seen } = await startFaultServer(hang);
  const reason = new Error("The deployment ends.");
  const aborting = new AbortController();
  const run = collect(syncMany(clientFor(url), itemsFor(users(3)), { signal: aborting.signal }));
  const early = collect(syncMany(clientFor(url), itemsFor(users(3)), { signal: AbortSignal.abort(reason) }));
  await expect(early).rejects.toMatchObject({ kind: "aborted", cause: reason });
  await expect.poll(() => seen.length).toBe(3);
  aborting.abort(reason);
  await expect(run).rejects.toMatchObject({ kind: "aborted", cause: reason });
});

test("progress reports finished and failed items and the checkpoint", async () => {
  const { url } = await startFaultServer((request, response) =>
    response.writeHead(request.url?.includes("u-1/") ? 404 : 200, JSON_TYPE).end("{}"),
  );
  const reports: object[] = [];
  await collect(
    syncMany(clientFor(url), itemsFor(users(3)), { concurrency: 1, onProgress: (now) => reports.push(now) }),
  );
  expect(reports).toEqual([
    { done: 1, failed: 0, next: 1 },
    { done: 2, failed: 1, next: 2 },
    { done: 3, failed: 1, next: 3 },
  ]);
});
