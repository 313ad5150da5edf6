import { expect, test } from "vitest";
import type { SyncItem, SyncingClient } from "../../client/bulk/sync-item.ts";
import { type SyncManyOptions, syncMany } from "../../client/bulk/sync-many.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, JSON_TYPE, respond, startFaultServer } from "./fault-server.ts";

const items = (count: number): SyncItem[] =>
  Array.from({ length: count }, (_, number) => ({ userId: `u-${number}`, body: signIn() }));

/** The outcomes until the end, and the error that ended the iteration. */
async function run(client: SyncingClient, source: unknown[], options?: SyncManyOptions) {
  const done: number[] = [];
  try {
    for await (const { index } of syncMany(client, source as SyncItem[], options)) done.push(index);
    return { done };
  } catch (error) {
    return { done, error };
  }
}

test("an error of onPause ends the iteration, also of an async one", async () => {
  const { url, seen } = await startFaultServer(respond(429, { ...JSON_TYPE, "Retry-After": "1" }));
  const error = new Error("The log is full.");
  for (const onPause of [
    () => Promise.reject(error),
    () => {
      throw error;
    },
  ]) {
    expect(await run(clientFor(url), items(50), { onPause, concurrency: 2 })).toEqual({ done: [], error });
  }
  expect(seen.length).toBeLessThanOrEqual(4);
});

test("an error of an async onProgress ends the iteration", async () => {
  const { url } = await startFaultServer(respond());
  const error = new Error("The log is full.");
  const onProgress = () => Promise.reject(error);
  expect(await run(clientFor(url), items(5), { onProgress })).toMatchObject({ done: [0], error });
});

test("an error that a client throws ends the iteration", async () => {
  const { url } = await startFaultServer(respond());
  const error = new TypeError("The client is a faulty wrapper.");
  const { safeSyncUserIdentity: call } = clientFor(url);
  const safeSyncUserIdentity: typeof call = (userId, ...rest) =>
    userId === "u-0" ? Promise.reject(error) : call(userId, ...rest);
  const { done, ...end } = await run({ safeSyncUserIdentity }, items(100), { concurrency: 3 });
  expect(end).toEqual({ error });
  expect(done.length).toBeLessThan(10);
});

test.for([[null], [undefined]])("an item that is %o ends the iteration after the items before it", async ([item]) => {
  const { url } = await startFaultServer(respond());
  const { done, error } = await run(clientFor(url), [...items(2), item, ...items(1)]);
  expect(done.toSorted()).toEqual([0, 1]);
  expect(error).toBeInstanceOf(TypeError);
});
