import { createItemSync, type SyncItem, type SyncingClient, type SyncOutcome } from "./sync-item.ts";

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
}

/** Starts items while fewer than `concurrency` are in flight or have an outcome that has not been taken. */
export function startQueue({ client, items, concurrency, from, limit, signal }: QueueOptions) {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const changed = createCondition();
  const inUserOrder = createKeyedMutex();
  const syncItem = createItemSync(client, signal);
  const outcomes: SyncOutcome[] = [];
  let held = 0;
  let isRead = false;
  let failure: { error: unknown } | undefined;

  const run = async (index: number, item: SyncItem) => {
    const outcome = await syncItem(index, item);
    if (outcome) outcomes.push(outcome);
    else held -= 1;
    changed.notify();
  };
  const isFull = (index: number) => index >= from && (held >= concurrency || index >= limit());
  /** The item at this index, once it may start; undefined at the end. */
  const nextItem = async (index: number): Promise<SyncItem | undefined> => {
    while (isFull(index) && !signal.aborted) await changed.wait();
    if (signal.aborted) return undefined;
    const { done, value } = await source.next();
    return done || signal.aborted ? undefined : value;
  };
  const readAll = async () => {
    for (let index = 0; ; index += 1) {
      const item = await nextItem(index);
      if (!item) return;
      if (index < from) continue;
      held += 1;
      void inUserOrder(item.userId, () => run(index, item));
    }
  };
  signal.addEventListener("abort", changed.notify, { once: true });
  void readAll()
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => {
      isRead = true;
      changed.notify();
    });

  return {
    /** Must be called when `limit` has grown. */
    notify: changed.notify,
    /** The next outcome; undefined at the end. Rejects with the source's error, after the items in flight. */
    async take(): Promise<SyncOutcome | undefined> {
      while (outcomes.length === 0 && (held > 0 || !(isRead || signal.aborted))) await changed.wait();
      const outcome = outcomes.shift();
      if (outcome) held -= 1;
      else if (failure) throw failure.error;
      changed.notify();
      return outcome;
    },
    /** Call after the abort. Resolves when no request is in flight; does not wait for the source, which may hang. */
    async close(): Promise<void> {
      while (held > outcomes.length) await changed.wait();
      // The iteration is over: nothing can receive an error of the source.
      void (async () => source.return?.())().catch(() => {});
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

/** A condition variable: `notify` wakes all waiters, which check their condition again. */
function createCondition() {
  let waiting: (() => void)[] = [];
  return {
    notify() {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}
