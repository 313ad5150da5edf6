import { NexusError } from "../nexus-error.ts";
import { createItemSync, type OnPause, type SyncItem, type SyncingClient, type SyncOutcome } from "./sync-item.ts";

export type SyncItems = Iterable<SyncItem> | AsyncIterable<SyncItem>;

export interface QueueOptions {
  client: SyncingClient;
  items: SyncItems;
  concurrency: number;
  /** Items to skip. */
  from: number;
  /** Index of the first item that must not start yet. */
  limit: () => number;
  /** Starts no more items, aborts those in flight and drops their outcomes. */
  signal: AbortSignal;
  onPause: OnPause;
}

/** Starts items while fewer than `concurrency` are in flight or have an outcome that has not been taken. */
export function startQueue({ client, items, concurrency, from, limit, signal, onPause }: QueueOptions) {
  const waiting: (() => void)[] = [];
  const notify = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const change = () => new Promise<void>((resolve) => waiting.push(resolve));
  const inUserOrder = createKeyedMutex();
  const syncItem = createItemSync(client, signal, onPause);
  const outcomes: SyncOutcome[] = [];
  /** Errors of `onPause`, and of a client whose method rejects. */
  const errors: unknown[] = [];
  let held = 0;
  let isRead = false;

  const run = async (index: number, item: SyncItem) => {
    const outcome = await syncItem(index, item).catch((error: unknown) => void errors.push(error));
    if (outcome) outcomes.push(outcome);
    else held -= 1;
    notify();
  };
  const untilFree = async (index: number) => {
    while (index >= from && (held >= concurrency || index >= limit()) && !signal.aborted) await change();
  };
  /** Returns the number of items; undefined after an abort. */
  const startAll = async () => {
    if (signal.aborted) return undefined;
    let index = 0;
    for await (const item of items) {
      const current = index;
      if (current >= from) {
        // Before the count, because an item of another type throws.
        void inUserOrder(item.userId, () => run(current, item));
        held += 1;
      }
      index += 1;
      await untilFree(index);
      if (signal.aborted) return undefined;
    }
    return index;
  };
  const readAll = async () => {
    const count = (await startAll()) ?? from;
    if (count < from) throw new NexusError("config", `checkpoint.from is ${from}, but there are ${count} items.`);
  };
  signal.addEventListener("abort", notify, { once: true });
  const reading = readAll().finally(() => {
    isRead = true;
    notify();
  });
  // `take` rejects with its error.
  reading.catch(() => {});

  return {
    /** Must be called when `limit` has grown. */
    notify,
    /**
     * The next outcome; undefined at the end. Rejects with the source's error after the items in flight, and with another
     * one at once.
     */
    async take(): Promise<SyncOutcome | undefined> {
      const isPending = () => held > 0 || !(isRead || signal.aborted);
      while (outcomes.length === 0 && errors.length === 0 && isPending()) await change();
      const outcome = outcomes.shift();
      if (outcome) held -= 1;
      else if (errors.length > 0) throw errors[0];
      else if (isRead) await reading;
      notify();
      return outcome;
    },
    /** Call after the abort. Resolves when no request is in flight; does not wait for the source, which may hang. */
    async close(): Promise<void> {
      while (held > outcomes.length) await change();
    },
  };
}

/** Runs tasks of the same key one after another, in order. Tasks must not reject. */
function createKeyedMutex(): (key: string, task: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (key, task) => {
    const current = (last.get(key) ?? Promise.resolve()).then(task);
    last.set(key, current);
    await current;
    if (last.get(key) === current) last.delete(key);
  };
}
