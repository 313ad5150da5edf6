import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { StoreUnavailable } from "../../../../server/store/store.ts";
import { countUp } from "../store-under-test.ts";
import { OTHERS, storeAt, storeWithUsers } from "./under-test.ts";

/** Milliseconds; longer than the time limit of `ready()`. */
const DELAY_MS = 1_200;

/** A proxy that delays everything that the database sends, once `delay` is called. */
async function delayingProxy(url: string) {
  const { port, hostname } = new URL(url);
  let delayMs = 0;
  const proxy = createServer((client) => {
    const database = connect(Number(port), hostname);
    const end = () => [client, database].map((socket: Socket) => socket.destroy());
    client.on("data", (bytes) => database.write(bytes));
    database.on("data", (bytes) => setTimeout(() => client.write(bytes), delayMs));
    for (const socket of [client, database]) socket.on("error", end).on("close", end);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await vi.waitFor(() => expect(proxy.listening).toBe(true));
  const { port: proxyPort } = proxy.address() as { port: number };
  const delay = () => {
    delayMs = DELAY_MS;
  };
  return { url: Object.assign(new URL(url), { port: String(proxyPort) }).href, delay };
}

test("on a slow database ready() resolves while syncs succeed, and rejects when none does", async () => {
  const { url } = await storeWithUsers();
  const proxy = await delayingProxy(url);
  const { store } = await storeAt(proxy.url);
  // Opens connections, because a new one would take too long.
  await Promise.all(Array.from({ length: 10 }, () => store.ready()));
  proxy.delay();
  let isOver = false;
  // Two round trips each, so that one ends in each second.
  const syncs = OTHERS.map(async (userId, index) => {
    await sleep((index * 2 * DELAY_MS) / OTHERS.length);
    while (!isOver) await countUp(store, userId);
  });
  const ready = sleep(2 * DELAY_MS).then(() => store.ready());
  await ready.finally(() => {
    isOver = true;
    return Promise.all(syncs);
  });
  await expect(store.ready()).rejects.toThrow(StoreUnavailable);
});
