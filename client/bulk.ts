import { createFinishedPrefix } from "./bulk/finished-prefix.ts";
import { openLanes, type SyncItems } from "./bulk/lanes.ts";
import type { SyncingClient, SyncOutcome } from "./bulk/sync-item.ts";
import { NexusError } from "./nexus-error.ts";

export type { SyncItem, SyncOutcome } from "./bulk/sync-item.ts";

/** So many items at most are begun beyond the first unfinished one: what is remembered, and repeated, is bounded. */
const WINDOW = 1_024;

export interface SyncProgress {
  /** Finished in this run; `failed` are among them. */
  done: number;
  failed: number;
  /** The count of items finished without a gap, earlier runs included: the checkpoint. */
  next: number;
}

export interface SyncManyOptions {
  /** Requests under way, outcomes nobody took yet included. Default 8, at least 1. */
  concurrency?: number;
  /** Ends the iteration with a NexusError `aborted`. */
  signal?: AbortSignal;
  checkpoint?: {
    /** Items to pass over: the last value that was saved. Default 0. */
    from?: number;
    /** Called, and awaited, each time the count of items finished without a gap grows. An error ends the iteration. */
    save?(next: number): void | Promise<void>;
  };
  /** Called after each item. */
  onProgress?(progress: SyncProgress): void;
  /** Ends the iteration with TooManyFailures after so many. Default: no limit. */
  maxFailures?: number;
}

/** `maxFailures` items have failed; their outcomes have been handed out. */
export class TooManyFailures extends Error {
  override readonly name = "TooManyFailures";
  readonly failures: number;
  /** The checkpoint: go on from here. */
  readonly next: number;

  constructor({ failed, next }: SyncProgress, cause: NexusError) {
    super(`${failed} items failed.`, { cause });
    this.failures = failed;
    this.next = next;
  }
}

/**
 * Syncs many items, and yields what came of each, in the order they finish. Items are read when there is room for them;
 * two of one user never overlap. A 429 (or a 503 with Retry-After) pauses all for as long as it says: 1 s if it does not,
 * 60 s at most; the item counts as failed only after 10 pauses in which nothing got through, or 100 tries.
 *
 * An item is finished once the outcome after it is asked for: leaving the loop at an outcome leaves that item unfinished.
 * Leaving, an abort and every error abort what is under way; those items are unfinished, and repeating them is safe.
 * @throws NexusError `config` for an option out of range, `aborted` by the signal; TooManyFailures; what the items' source
 * or `save` throws.
 */
export async function* syncMany(
  client: SyncingClient,
  items: SyncItems,
  options: SyncManyOptions = {},
): AsyncGenerator<SyncOutcome, void, undefined> {
  const { signal, concurrency = 8 } = options;
  const prefix = createFinishedPrefix(options.checkpoint?.from ?? 0);
  check("concurrency", concurrency, 1);
  check("checkpoint.from", prefix.next(), 0);
  check("maxFailures", options.maxFailures ?? 1, 1);
  const stop = new AbortController();
  const abort = () => stop.abort();
  if (signal?.aborted) abort();
  const limit = () => prefix.next() + WINDOW;
  const lanes = openLanes({ client, items, concurrency, from: prefix.next(), limit, signal: stop.signal });
  const finish = createFinish(options, prefix);
  signal?.addEventListener("abort", abort);
  try {
    for (let outcome = await lanes.take(); outcome; outcome = await lanes.take()) {
      yield outcome;
      await finish(outcome);
      lanes.ring();
    }
    if (signal?.aborted) throw new NexusError("aborted", "Aborted.");
  } finally {
    signal?.removeEventListener("abort", abort);
    abort();
    await lanes.close();
  }
}

/** What is to be done once an outcome was handed out: count, save, tell, and end after too many failures. */
function createFinish(
  { checkpoint, onProgress, maxFailures = Number.MAX_SAFE_INTEGER }: SyncManyOptions,
  prefix: ReturnType<typeof createFinishedPrefix>,
) {
  let [done, failed] = [0, 0];
  return async (outcome: SyncOutcome): Promise<void> => {
    done += 1;
    if (!outcome.ok) failed += 1;
    if (prefix.add(outcome.index)) await checkpoint?.save?.(prefix.next());
    const progress = { done, failed, next: prefix.next() };
    onProgress?.(progress);
    if (!outcome.ok && failed >= maxFailures) throw new TooManyFailures(progress, outcome.error);
  };
}

/** A number that is none would hang, or pass over everything, in silence. */
function check(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new NexusError("config", `${name} must be a whole number, at least ${least}.`);
}
