import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import { sleep } from "../deadline.ts";
import type { NexusClient, SafeResult } from "../nexus-client.ts";
import type { NexusError } from "../nexus-error.ts";

export type SyncingClient = Pick<NexusClient, "safeSyncUserIdentity">;

/** One sync. An item with an `error` instead of a body fails with that error, and nothing is sent. */
export type SyncItem =
  | { userId: string; body: SyncUserIdentityRequest; error?: never }
  | { userId: string; body?: never; error: NexusError };

/** The result of the item at `index`, counted from 0 over all items, skipped ones included. */
export type SyncOutcome = { index: number; userId: string } & SafeResult;

/** A pause of all items. */
export interface SyncPause {
  /** 429, or 503 with Retry-After. */
  status: number;
  /** Milliseconds, at most 60,000. */
  waitMs: number;
}

export type OnPause = (pause: SyncPause) => void;

/** Pause after a response without Retry-After, in milliseconds. */
const DEFAULT_PAUSE_MS = 1_000;
/** Longest pause, in milliseconds; a longer Retry-After is reduced to this. */
const MAX_PAUSE_MS = 60_000;
/** Maximum number of pauses without another response between them. */
const MAX_PAUSES_IN_A_ROW = 10;
/** Maximum number of attempts for one item, even if other items succeed. */
const MAX_TRIES = 100;

/** A pause is reported again if it gets longer by this many milliseconds; shorter pauses are not reported. */
const REPORTED_MS = 500;

/** Syncs items. A 429, or a 503 with Retry-After, pauses all of them. Returns undefined for an aborted item. */
export function createItemSync(client: SyncingClient, signal: AbortSignal, onPause: OnPause) {
  let pausedUntil = 0;
  let pausesInARow = 0;
  const pause = async (status: number, waitMs: number) => {
    const now = performance.now();
    // Requests in flight when a pause began get the same response: that counts as one pause.
    if (now >= pausedUntil) pausesInARow += 1;
    const longerMs = now + waitMs - Math.max(pausedUntil, now);
    pausedUntil = Math.max(pausedUntil, now + waitMs);
    if (longerMs >= REPORTED_MS) await onPause({ status, waitMs });
  };
  /** Starts or extends a pause if the response requires one; true if the item must be sent again. */
  const mustRetry = async (result: SafeResult, tries: number): Promise<boolean> => {
    const { status, retryAfterMs }: Partial<NexusError> = result.ok ? {} : result.error;
    // 429, or 503 with Retry-After (RFC 9110 section 15.6.4).
    if (status !== 429 && (status !== 503 || retryAfterMs === undefined)) {
      pausesInARow = 0;
      return false;
    }
    await pause(status, Math.min(retryAfterMs ?? DEFAULT_PAUSE_MS, MAX_PAUSE_MS));
    return pausesInARow <= MAX_PAUSES_IN_A_ROW && tries < MAX_TRIES;
  };
  const send = async (userId: string, body: SyncUserIdentityRequest): Promise<SafeResult> => {
    for (let tries = 1; ; tries += 1) {
      while (performance.now() < pausedUntil && !signal.aborted) await sleep(pausedUntil - performance.now(), signal);
      const result = await client.safeSyncUserIdentity(userId, body, { signal, reportsPauses: true });
      if (!(await mustRetry(result, tries))) return result;
    }
  };
  return async (index: number, { userId, body, error }: SyncItem): Promise<SyncOutcome | undefined> => {
    const result = error ? { ok: false as const, error } : await send(userId, body);
    return result.ok || !signal.aborted ? { index, userId, ...result } : undefined;
  };
}
