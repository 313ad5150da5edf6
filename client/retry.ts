import type { Complete } from "./check-options.ts";
import type { NexusError } from "./nexus-error.ts";

/** Only operations that are idempotent are retried: repeating a request leads to the same state. */
export interface RetryOptions {
  /** Retries after the first attempt. Default 2; 0 disables them. */
  limit?: number | undefined;
  /** Milliseconds: upper bound of the first backoff, which is random and doubles with each retry. Default 250. */
  baseMs?: number | undefined;
  /** Milliseconds: upper bound of every backoff. Default 2,000. */
  maxMs?: number | undefined;
  /** Milliseconds: longest `Retry-After` that is honoured; a longer one fails the call at once. Default 5,000. */
  maxRetryAfterMs?: number | undefined;
}

export const RETRY: Complete<RetryOptions> = { limit: 2, baseMs: 250, maxMs: 2_000, maxRetryAfterMs: 5_000 };

/** Statuses of temporary errors (RFC 9110 section 15), and kinds of errors without a status. */
const RETRIED: readonly unknown[] = [408, 425, 429, 500, 502, 503, 504, "network", "timeout"];

/**
 * Milliseconds to wait before the next attempt, or undefined for no retry. `tries` is the number of failures so far,
 * without a 401 that was followed by a refresh.
 */
export function waitBeforeRetry(error: NexusError, tries: number, retry: Complete<RetryOptions>): number | undefined {
  const { retryAfterMs } = error;
  if (tries > retry.limit || !isRetried(error)) return undefined;
  if (retryAfterMs !== undefined) return retryAfterMs <= retry.maxRetryAfterMs ? retryAfterMs : undefined;
  // Full jitter, so that callers that failed together do not retry together.
  return Math.random() * Math.min(retry.maxMs, retry.baseMs * 2 ** (tries - 1));
}

/** A conflict (409) is temporary only if the server sends Retry-After. */
function isRetried({ kind, status, retryAfterMs }: NexusError): boolean {
  return RETRIED.includes(kind === "http" ? status : kind) || (status === 409 && retryAfterMs !== undefined);
}
