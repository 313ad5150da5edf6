import { expect, test } from "vitest";
import type { SyncItem, SyncOutcome } from "../../client/bulk/sync-item.ts";
import { type SyncManyOptions, syncMany, TooManyFailures } from "../../client/bulk/sync-many.ts";
import { isNexusError, NexusError } from "../../client/nexus-error.ts";
import { acme, CONNECTION, clientOf, identity, signIn, startStubWithClient } from "../helpers/stub.ts";
import { clientFor, startFaultServer } from "./fault-server.ts";

const JSON_HEADER = { "Content-Type": "application/json" };

/** One sign-in for each id; the attribute `n` tells them apart. */
function itemsFor(userIds: readonly string[]): SyncItem[] {
  return userIds.map((userId, n) => ({ userId, body: signIn({ attributes: { n: String(n) } }) }));
}

const users = (count: number) => Array.from({ length: count }, (_, number) => `u-${number}`);

async function all(outcomes: AsyncIterable<SyncOutcome>): Promise<SyncOutcome[]> {
  const told: SyncOutcome[] = [];
  for await (const outcome of outcomes) told.push(outcome);
  return told;
}

/** Answers after `ms`, and keeps who is under way, and the most there were. */
async function startSlowServer(ms: (url: string) => number = () => 5) {
  const underWay: string[] = [];
  const seen = { most: 0, overlaps: 0, cut: 0 };
  const server = await startFaultServer((request, response) => {
    const url = String(request.url);
    if (underWay.includes(url)) seen.overlaps += 1;
    underWay.push(url);
    seen.most = Math.max(seen.most, underWay.length);
    response.once("close", () => {
      underWay.splice(underWay.indexOf(url), 1);
      if (!response.writableFinished) seen.cut += 1;
    });
    setTimeout(() => response.writeHead(200, JSON_HEADER).end("{}"), ms(url));
  });
  return { ...server, underWay, counts: seen };
}

const idsOf = (seen: { url: string | undefined }[]) => seen.map(({ url }) => url?.split("/")[3]);

test("every item is synced, and the outcome says whose it is and what came of it", async () => {
  const directory = acme({ users: users(5).map((id, n) => ({ id, identities: [identity(CONNECTION, [], n)] })) });
  const { server } = await startStubWithClient({ directory });
  const outcomes = await all(syncMany(clientOf(server), itemsFor([...users(5), "u-nobody"])));
  const told = outcomes
    .toSorted((a, b) => a.index - b.index)
    .map((outcome) => [outcome.index, outcome.userId, outcome.ok ? outcome.data.user?.id : outcome.error.status]);
  expect(told).toEqual([...users(5).map((id, index) => [index, id, id]), [5, "u-nobody", 404]]);
  expect((await server.user("u-3"))?.attributes).toMatchObject([{ name: "n", value: "3" }]);
});

test("so many are under way as concurrency says, and never more", async () => {
  const { url, counts } = await startSlowServer(() => 100);
  await all(syncMany(clientFor(url, { timeoutMs: 9_000 }), itemsFor(users(20)), { concurrency: 5 }));
  expect(counts.most).toBe(5);
});

test("no item is read before there is room for it", async () => {
  const { url, underWay } = await startSlowServer(() => 20);
  const ahead: number[] = [];
  let taken = 0;
  const source = (function* () {
    for (const [index, item] of itemsFor(users(20)).entries()) {
      ahead.push(index - taken);
      yield item;
    }
  })();
  for await (const _ of syncMany(clientFor(url), source, { concurrency: 3 })) {
    taken += 1;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  // The loop has one outcome in its hands, which is no longer counted as held.
  expect(Math.max(...ahead)).toBeLessThanOrEqual(3);
  expect(taken).toBe(20);
  expect(underWay).toEqual([]);
});

test("two items of one user never overlap, and keep their order", async () => {
  const { server } = await startStubWithClient();
  const { url, counts, seen } = await startSlowServer((path) => (path.includes("u-0") ? 15 : 2));
  await all(syncMany(clientFor(url), itemsFor(["u-0", "u-0", "u-1", "u-0", "u-2", "u-0"]), { concurrency: 6 }));
  expect([counts.overlaps, seen.length]).toEqual([0, 6]);

  await all(syncMany(clientOf(server), itemsFor(Array.from({ length: 30 }, () => "u-ada"))));
  expect((await server.user("u-ada"))?.attributes).toMatchObject([{ name: "n", value: "29" }]);
});

test("one 429 pauses all, and its item is sent again and is no failure", async () => {
  const times: number[] = [];
  let isRefused = false;
  const { url, seen } = await startFaultServer((request, response) => {
    times.push(performance.now());
    if (request.url?.includes("u-9/") && !isRefused) {
      isRefused = true;
      response.writeHead(429, { "Retry-After": "1" }).end();
    } else setTimeout(() => response.writeHead(200, JSON_HEADER).end("{}"), 10);
  });
  const outcomes = await all(syncMany(clientFor(url), itemsFor(users(100)), { concurrency: 4 }));
  expect(outcomes.filter(({ ok }) => ok).length).toBe(100);
  expect(seen.length).toBe(101);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const rest = gaps.toSorted((a, b) => b - a);
  expect(rest[0]).toBeGreaterThan(900);
  expect(rest[1]).toBeLessThan(800);
});

test("an item that is refused pause after pause is a failure in the end", async () => {
  const { url, seen } = await startFaultServer((_, response) => {
    response.writeHead(429, { "Retry-After": new Date(0).toUTCString() }).end();
  });
  const outcomes = await all(syncMany(clientFor(url), itemsFor(["u-0"])));
  expect(outcomes).toMatchObject([{ ok: false, error: { status: 429 } }]);
  expect(seen.length).toBe(11);
});

test("the checkpoint is the count of items finished without a gap", async () => {
  const { url } = await startSlowServer((path) => (path.includes("u-2/") ? 150 : 2));
  const saved: number[] = [];
  const order: number[] = [];
  const counted: [number, Set<number>][] = [];
  const save = (next: number) => {
    saved.push(next);
    counted.push([next, new Set(order)]);
  };
  for await (const { index } of syncMany(clientFor(url), itemsFor(users(10)), { checkpoint: { save } }))
    order.push(index);
  expect(order.at(-1)).toBe(2);
  expect(saved).toEqual([1, 2, 10]);
  for (const [next, finished] of counted)
    for (let index = 0; index < next; index += 1) expect(finished).toContain(index);
});

test("stopped and resumed from its checkpoint, every remaining item is sent once", async () => {
  const { url, seen } = await startSlowServer();
  let next = 0;
  const options = (): SyncManyOptions => ({
    checkpoint: {
      from: next,
      save: (count) => {
        next = count;
      },
    },
  });
  for await (const { index } of syncMany(clientFor(url), itemsFor(users(60)), options())) if (index === 20) break;
  const [from, sentBefore] = [next, seen.length];
  await all(syncMany(clientFor(url), itemsFor(users(60)), options()));
  expect(from).toBeGreaterThan(0);
  expect(next).toBe(60);
  expect(idsOf(seen.slice(sentBefore)).toSorted()).toEqual(users(60).slice(from).toSorted());
});

test("at most 1,024 items are begun beyond one that hangs", async () => {
  const { url, seen } = await startFaultServer((request, response) => {
    if (!request.url?.includes("u-0/")) response.writeHead(200, JSON_HEADER).end("{}");
  });
  await all(
    syncMany(clientFor(url, { timeoutMs: 4_000, retry: { limit: 0 } }), itemsFor(users(1_500)), { maxFailures: 1 }),
  ).catch(() => {});
  expect(seen.length).toBe(1_024);
});

test("leaving the loop ends everything: no item is begun, none is under way, the source is closed", async () => {
  const { url, seen, underWay, counts } = await startSlowServer((path) => (path.includes("u-0/") ? 1 : 5_000));
  let isClosed = false;
  const source = (async function* () {
    try {
      yield* itemsFor(users(50));
    } finally {
      isClosed = true;
    }
  })();
  for await (const _ of syncMany(clientFor(url, { timeoutMs: 9_000 }), source, { concurrency: 4 })) {
    // The first is done, and four are under way.
    await expect.poll(() => seen.length).toBe(5);
    break;
  }
  await expect.poll(() => underWay).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([seen.length, counts.cut]).toEqual([5, 4]);
  expect(isClosed).toBe(true);
});

test("an abort ends the loop at once, in a pause too, and is told", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(429, { "Retry-After": "50" }).end());
  const start = performance.now();
  const outcomes = all(syncMany(clientFor(url), itemsFor(users(9)), { signal: AbortSignal.timeout(100) }));
  await expect(outcomes).rejects.toMatchObject({ kind: "aborted" });
  expect(performance.now() - start).toBeLessThan(1_000);
});

test("after an abort nothing is read from a source, and one that hangs does not keep it from ending", async () => {
  const { url, seen } = await startSlowServer();
  let reads = 0;
  const counted = (function* () {
    for (const item of itemsFor(users(3))) {
      reads += 1;
      yield item;
    }
  })();
  const early = all(syncMany(clientFor(url), counted, { signal: AbortSignal.abort() }));
  await expect(early).rejects.toMatchObject({ kind: "aborted" });
  expect([reads, seen]).toEqual([0, []]);

  const hanging = (async function* () {
    yield* itemsFor(["u-0"]);
    await new Promise(() => {});
  })();
  const late = all(syncMany(clientFor(url), hanging, { signal: AbortSignal.timeout(100) }));
  await expect(late).rejects.toMatchObject({ kind: "aborted" });
  expect(seen.length).toBe(1);
});

test("too many failures end it with an error that says where to go on", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(404).end());
  const told: SyncOutcome[] = [];
  const run = async () => {
    for await (const outcome of syncMany(clientFor(url), itemsFor(users(50)), { maxFailures: 3 })) told.push(outcome);
  };
  const error = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TooManyFailures);
  expect(error).toMatchObject({ failures: 3, cause: { status: 404 } });
  expect(told.length).toBe(3);
});

test("what the source and save throw ends it, after what was under way", async () => {
  const { url } = await startSlowServer();
  const source = (function* () {
    yield* itemsFor(users(3));
    throw new Error("The disk is gone.");
  })();
  const told: SyncOutcome[] = [];
  const run = async () => {
    for await (const outcome of syncMany(clientFor(url), source)) told.push(outcome);
  };
  await expect(run()).rejects.toThrow("The disk is gone.");
  expect(told.length).toBe(3);

  const save = () => Promise.reject(new Error("The disk is full."));
  await expect(all(syncMany(clientFor(url), itemsFor(users(3)), { checkpoint: { save } }))).rejects.toThrow("is full");
});

test("an item that comes with an error is a failure in its place, and nothing is sent for it", async () => {
  const { url, seen } = await startSlowServer();
  const error = new NexusError("config", "The line is broken.");
  const [first, last] = itemsFor(["u-0", "u-1"]);
  const items = [first, { userId: "", error }, last].flatMap((item) => (item ? [item] : []));
  const outcomes = await all(syncMany(clientFor(url), items));
  expect(outcomes.find(({ index }) => index === 1)).toEqual({ index: 1, userId: "", ok: false, error });
  expect(seen.length).toBe(2);
});

test.for([{ concurrency: 0 }, { concurrency: 1.5 }, { checkpoint: { from: Number.NaN } }, { maxFailures: 0 }])(
  "%o is refused before anything is read",
  async (options) => {
    const error = await all(syncMany(clientFor("http://127.0.0.1:9"), itemsFor(users(1)), options)).catch((e) => e);
    expect(isNexusError(error) && error.kind).toBe("config");
  },
);

test("progress counts what is finished and failed, and says the checkpoint", async () => {
  const { url } = await startFaultServer((request, response) =>
    response.writeHead(request.url?.includes("u-1/") ? 404 : 200, JSON_HEADER).end("{}"),
  );
  const told: object[] = [];
  await all(syncMany(clientFor(url), itemsFor(users(3)), { concurrency: 1, onProgress: (now) => told.push(now) }));
  expect(told).toEqual([
    { done: 1, failed: 0, next: 1 },
    { done: 2, failed: 1, next: 2 },
    { done: 3, failed: 1, next: 3 },
  ]);
});
