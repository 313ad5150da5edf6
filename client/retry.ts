import type { NexusError } from "./nexus-error.ts";

/** When a call is tried again. It may be, because the operation is a PUT: the same request gives the same state. */
export interface RetryOptions {
  /** Tries after the first. Default 2; 0: none. */
  limit?: number;
  /** Milliseconds: the longest first wait; it doubles with each try, and each wait is a random part of it. Default 250. */
  baseMs?: number;
  /** Milliseconds: the longest of these waits. Default 2,000. */
  maxMs?: number;
  /** Milliseconds: the longest `Retry-After` that is waited for; above it the call fails at once. Default 5,000. */
  maxRetryAfterMs?: number;
}

export interface RetryPolicy extends Required<RetryOptions> {
  /** Whether a pause that the server asks for ends the call. */
  reportsPauses: boolean;
}

/** RFC 9110 section 15: what may pass by itself. */
const PASSING_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const TOO_MANY = 429;
/** A conflict passes where the server says when. */
const CONFLICT = 409;

/** What a client does unless a call says otherwise. */
export function retryPolicy({ limit = 2, baseMs = 250, maxMs = 2_000, maxRetryAfterMs = 5_000 }: RetryOptions = {}) {
  return { limit, baseMs, maxMs, maxRetryAfterMs };
}

/** Milliseconds to wait before the next try after `tries` of them; undefined where there is to be none. */
export function waitBeforeRetry(error: NexusError, tries: number, policy: RetryPolicy): number | undefined {
  if (tries > policy.limit || !isPassing(error)) return undefined;
  const { retryAfterMs, status } = error;
  if (policy.reportsPauses && (status === TOO_MANY || retryAfterMs !== undefined)) return undefined;
  if (retryAfterMs !== undefined) return retryAfterMs <= policy.maxRetryAfterMs ? retryAfterMs : undefined;
  // Full jitter: callers that failed together do not come back together.
  return Math.random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (tries - 1));
}

function isPassing({ kind, status, retryAfterMs }: NexusError): boolean {
  if (kind !== "http") return kind === "network" || kind === "timeout";
  return PASSING_STATUSES.includes(status ?? 0) || (status === CONFLICT && retryAfterMs !== undefined);
}
