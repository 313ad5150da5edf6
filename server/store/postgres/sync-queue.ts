import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { type Decision, type Found, StoreUnavailable, type SyncKey } from "../store.ts";
import { isRetryable } from "./errors.ts";
import { type PendingSync, syncIn } from "./sync.ts";
import { type Limits, MAX_RETRIES, type Send } from "./transaction.ts";

/** Runs `work` as a transaction on a connection of the pool. */
export type Run = <T>(work: (send: Send) => Promise<T>, limits: Limits) => Promise<T>;

/** More transactions at a time would make each smaller, and their total slower. */
const MAX_TRANSACTIONS = 4;
/** Limits the memory for documents, and the time for which the first sync waits for the decisions of the others. */
const MAX_SYNCS = 32;
/** After these, each sync continues by itself with the others. */
const SHARED_RETRIES = 2;

/**
 * Runs syncs of different users. A sync that arrives while few transactions run has one of its own at once; syncs that
 * arrive while many run share the next one. A transaction that waits for a locked row does not count.
 */
export function createSyncQueue(run: Run, poolSize: number) {
  const waiting = new Set<PendingSync>();
  let free = Math.min(MAX_TRANSACTIONS, poolSize);

  // Both settle their syncs, and never reject.
  const runAlone = async (sync: PendingSync, retries = MAX_RETRIES, onWait = () => {}) => {
    try {
      const limits = { withinMs: sync.deadline - performance.now(), retries };
      const { settle } = await run((send) => syncIn(send, [sync], onWait), limits);
      settle();
    } catch (error) {
      sync.reject(error);
    }
  };
  const runTogether = async (syncs: readonly PendingSync[]) => {
    try {
      const deadline = Math.max(...syncs.map((sync) => sync.deadline));
      const limits = { withinMs: deadline - performance.now(), retries: SHARED_RETRIES };
      const { settle, skipped } = await run((send) => syncIn(send, syncs, () => {}), limits);
      settle();
      for (const sync of skipped) runAlone(sync);
    } catch (error) {
      const giveUp = (sync: PendingSync) => sync.reject(error);
      const split = (sync: PendingSync) => runAlone(sync, MAX_RETRIES - SHARED_RETRIES - 1);
      syncs.forEach(isRolledBack(error) ? split : giveUp);
    }
  };
  const start = () => {
    if (free === 0 || waiting.size === 0) return;
    const syncs = [...waiting].slice(0, MAX_SYNCS);
    for (const sync of syncs) waiting.delete(sync);
    free -= 1;
    let isCounted = true;
    const release = () => {
      if (!isCounted) return;
      isCounted = false;
      free += 1;
      start();
    };
    const [only] = syncs;
    const ended = syncs.length === 1 && only ? runAlone(only, MAX_RETRIES, release) : runTogether(syncs);
    ended.then(release);
  };
  return {
    /** Number of syncs that are not in a transaction yet. */
    waiting: () => waiting.size,
    /** `performance.now()` is compared with `deadline`. Two syncs of one user must not run at the same time. */
    add<T>(key: SyncKey, deadline: number, change: (found: Found | undefined) => Decision<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        let isOver = false;
        const onDeadline = () => {
          isOver = true;
          waiting.delete(sync);
          reject(new StoreUnavailable("The database is unavailable: no result in time."));
        };
        const timer = setTimeout(onDeadline, Math.max(0, deadline - performance.now()));
        const fail = (error: unknown) => {
          clearTimeout(timer);
          reject(error);
        };
        const succeed = (result: T) => {
          clearTimeout(timer);
          resolve(result);
        };
        const decide: PendingSync["decide"] = (find) => {
          try {
            const { user, result } = change(find());
            return { changed: user, settle: () => succeed(result) };
          } catch (error) {
            return { settle: () => fail(error) };
          }
        };
        const sync = { key, deadline, isOver: () => isOver, decide, reject: fail };
        waiting.add(sync);
        start();
      });
    },
  };
}

/** Whether the database has certainly saved nothing, and may save each sync by itself. */
function isRolledBack(error: unknown): boolean {
  return !(error instanceof StoreUnavailable) || isRetryable(error.cause);
}
