import { type Complete, type NumberRange, withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import { type SyncItems, startQueue } from "./queue.ts";
import type { SyncItem, SyncingClient, SyncOutcome, SyncPause } from "./sync-item.ts";

export type { SyncItem, SyncOutcome, SyncPause };

/** Maximum number of items started beyond the first unfinished one. Bounds memory, and repeated items after a crash. */
const WINDOW = 1_024;

export interface SyncProgress {
  /** Items finished in this run, including the `failed` ones. */
  done: number;
  failed: number;
  /** The checkpoint: items finished without a gap, earlier runs included. */
  next: number;
}

export interface SyncManyOptions {
  /** Items in flight, including outcomes that your loop has not taken. Default 8, at least 1. */
  concurrency?: number | undefined;
  /** Ends the iteration with a NexusError `aborted`. */
  signal?: AbortSignal | undefined;
  checkpoint?:
    | {
        /** Items to skip: the last value that was saved, at most the number of items. Default 0. */
        from?: number | undefined;
        /** Called and awaited each time the count of items finished without a gap grows. Its errors end the iteration. */
        save?: ((next: number) => void | Promise<void>) | undefined;
      }
    | undefined;
  /** Called and awaited after each item. Its errors end the iteration. */
  onProgress?: ((progress: SyncProgress) => void) | undefined;
  /**
   * Called and awaited when a pause of all items starts, and when it gets longer. Pauses below 0.5 s are not reported. Its
   * errors end the iteration.
   */
  onPause?: ((pause: SyncPause) => void) | undefined;
  /** Ends the iteration with TooManyFailures after this many failed items. Default: no limit. */
  maxFailures?: number | undefined;
}

/** `maxFailures` items have failed; their outcomes have been yielded. */
export class TooManyFailures extends Error {
  override readonly name = "TooManyFailures";
  declare readonly failures: number;
  /** The checkpoint to resume from. */
  declare readonly next: number;

  constructor(failures: number, next: number, cause: NexusError) {
    super(`${failures} items failed.`, { cause });
    Object.assign(this, { failures, next });
  }
}

/**
 * Syncs many items and yields their outcomes in the order they finish. Items are read when a worker is free; two items
 * of one user never overlap. A 429, or a 503 with Retry-After, pauses all workers for the time in Retry-After (1 s by
 * default, at most 60 s); the item fails after 10 pauses in a row, or 100 attempts.
 *
 * An item is finished once the next outcome is requested: if the loop ends at an outcome, its item is unfinished.
 * `break`, the signal and every error abort the items in flight. They are unfinished too; repeating them is safe.
 * @throws NexusError `config` for an invalid argument, `aborted` by the signal; TooManyFailures; errors of the items'
 * source, of `save`, `onProgress` and `onPause`, and of a client whose method rejects.
 */
export async function* syncMany(
  client: SyncingClient,
  items: SyncItems,
  options: SyncManyOptions = {},
): AsyncGenerator<SyncOutcome, void, undefined> {
  checkSources(client, items);
  const checked = checkOptions(options);
  const { signal, concurrency, onPause, from } = checked;
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  const tracker = createTracker(checked);
  const limit = () => tracker.next() + WINDOW;
  const queue = startQueue({ client, items, concurrency, from, limit, signal: controller.signal, onPause });
  try {
    for (let outcome = await queue.take(); outcome; outcome = await queue.take()) {
      yield outcome;
      await tracker.finish(outcome);
      queue.notify();
    }
    if (signal.aborted) throw new NexusError("aborted", "syncMany was aborted.", { cause: signal.reason });
  } finally {
    signal.removeEventListener("abort", abort);
    abort();
    await queue.close();
  }
}

/** Counts finished items, saves the checkpoint, reports progress and ends after too many failures. */
function createTracker({ checkpoint, from, onProgress, maxFailures }: ReturnType<typeof checkOptions>) {
  const finishedBeyondGap = new Set<number>();
  let [done, failed, next] = [0, 0, from];
  return {
    next: () => next,
    async finish(outcome: SyncOutcome): Promise<void> {
      done += 1;
      if (!outcome.ok) failed += 1;
      finishedBeyondGap.add(outcome.index);
      const before = next;
      while (finishedBeyondGap.delete(next)) next += 1;
      if (next > before) await checkpoint.save?.(next);
      await onProgress({ done, failed, next });
      if (!outcome.ok && failed >= maxFailures) throw new TooManyFailures(failed, next, outcome.error);
    },
  };
}

const wholeFrom = (min: number): NumberRange => ({
  accepts: (number) => Number.isSafeInteger(number) && number >= min,
  words: `a whole number from ${min}`,
});

function checkOptions(given: SyncManyOptions) {
  const { signal } = new AbortController();
  const none = { concurrency: 8, signal, checkpoint: {}, onProgress() {}, onPause() {} };
  const defaults: Complete<SyncManyOptions> = { ...none, maxFailures: Number.POSITIVE_INFINITY };
  const options = withDefaults(defaults, given, "", wholeFrom(1));
  const { from } = withDefaults({ from: 0, save() {} }, options.checkpoint, "checkpoint.", wholeFrom(0));
  return { ...options, from };
}

function checkSources(client: unknown, items: unknown): void {
  if (typeof Object(client).safeSyncUserIdentity !== "function") {
    throw new NexusError("config", "client must have the method safeSyncUserIdentity.");
  }
  const list = Object(items);
  if (Symbol.iterator in list || Symbol.asyncIterator in list) return;
  throw new NexusError("config", "items must be iterable or async iterable.");
}
