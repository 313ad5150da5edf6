import { createItemSync, type SyncItem, type SyncingClient, type SyncOutcome } from "./sync-item.ts";

import { createBell, createTurns } from "./turns.ts";

export type SyncItems = Iterable<SyncItem> | AsyncIterable<SyncItem>;

export interface LaneOptions {
  client: SyncingClient;
  items: SyncItems;
  concurrency: number;
  /** Items that are passed over. */
  from: number;
  /** The index at which to wait, for now. */
  limit: () => number;
  /** Ends everything: no item is begun any more, what is under way is aborted and leaves no outcome. */
  signal: AbortSignal;
}

/** Begins items as long as there is room: one that runs, or whose outcome nobody took, takes up one of `concurrency`. */
export function openLanes({ client, items, concurrency, from, limit, signal }: LaneOptions) {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const { ring, rung } = createBell();
  const inTurn = createTurns();
  const outcomeOf = createItemSync(client, signal);
  const outcomes: SyncOutcome[] = [];
  let held = 0;
  let isRead = false;
  let failure: { error: unknown } | undefined;

  const begin = async (index: number, item: SyncItem) => {
    const outcome = await outcomeOf(index, item);
    if (outcome) outcomes.push(outcome);
    else held -= 1;
    ring();
  };
  const isFull = (index: number) => index >= from && (held >= concurrency || index >= limit());
  /** The item at this index once there is room for it; undefined at the end. */
  const itemAt = async (index: number): Promise<SyncItem | undefined> => {
    while (isFull(index) && !signal.aborted) await rung();
    if (signal.aborted) return undefined;
    const { done, value } = await source.next();
    return done || signal.aborted ? undefined : value;
  };
  const feed = async () => {
    let index = 0;
    for (let item = await itemAt(index); item; item = await itemAt(index)) {
      const [mine, { userId }] = [{ index, item }, item];
      index += 1;
      if (mine.index < from) continue;
      held += 1;
      void inTurn(userId, () => begin(mine.index, mine.item));
    }
  };
  signal.addEventListener("abort", ring, { once: true });
  void feed()
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => {
      isRead = true;
      ring();
    });

  return {
    /** To be called when `limit` has grown. */
    ring,
    /** The next outcome; undefined at the end. Rejects with the source's error, after what was under way. */
    async take(): Promise<SyncOutcome | undefined> {
      while (outcomes.length === 0 && (held > 0 || !(isRead || signal.aborted))) await rung();
      const outcome = outcomes.shift();
      if (outcome) held -= 1;
      else if (failure) throw failure.error;
      ring();
      return outcome;
    },
    /** After the abort: resolves when nothing is under way. Not for the source's next item, which may never come. */
    async close(): Promise<void> {
      while (held > outcomes.length) await rung();
      // The consumer has left: an error on closing has nobody to go to.
      void (async () => source.return?.())().catch(() => {});
    },
  };
}
