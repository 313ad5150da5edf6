import type { SecretSource } from "./credentials.ts";

/** `api.cache` of an Action. */
export interface ActionCache {
  get(key: string): { value: string; expires_at: number } | undefined;
  set(key: string, value: string, options?: { ttl?: number }): unknown;
}

/** A token and how long it is good for, in milliseconds. */
export interface FetchedToken {
  token: string;
  expiresInMs: number;
}

export type FetchToken = (ask: { signal: AbortSignal }) => Promise<FetchedToken>;

export interface CachedTokenOptions {
  /** Key in the cache, at most 64 bytes; another for each API that tokens are fetched for. Default `nexus-sync-client.token`. */
  key?: string;
  /** Milliseconds before its end from which a token is not used. Default 60,000. */
  skewMs?: number;
}

/** Longest life of an entry in Auth0's cache. */
const DAY_MS = 86_400_000;

/**
 * A source for `credentials.token` that keeps the token in the Action's cache. What is asked for at the same time is
 * fetched once; a forced refresh passes the cache by. A cache that refuses the token costs a fetch at each execution.
 */
export function cachedToken(
  cache: ActionCache,
  fetchToken: FetchToken,
  { key = "nexus-sync-client.token", skewMs = 60_000 }: CachedTokenOptions = {},
): Exclude<SecretSource, string> {
  let pending: Pending | undefined;
  const kept = () => {
    const entry = cache.get(key);
    return entry && entry.expires_at > Date.now() ? entry.value : undefined;
  };
  const renew = async (signal: AbortSignal) => {
    const { token, expiresInMs } = await fetchToken({ signal });
    const ttl = Math.min(expiresInMs - skewMs, DAY_MS);
    if (ttl > 0) cache.set(key, token, { ttl });
    return token;
  };
  const begin = async (signal: AbortSignal) => {
    const mine = { token: renew(signal), signal };
    pending = mine;
    try {
      return await mine.token;
    } finally {
      if (pending === mine) pending = undefined;
    }
  };
  const join = ({ token, signal: first }: Pending, signal: AbortSignal): Promise<string> =>
    token.catch((error: unknown) => {
      // Whoever began it was aborted: that is no reason for the others to fail.
      if (first.aborted && !signal.aborted) return fetched(signal);
      throw error;
    });
  const fetched = (signal: AbortSignal): Promise<string> =>
    pending && !pending.signal.aborted ? join(pending, signal) : begin(signal);
  return async ({ forceRefresh, signal }) => (forceRefresh ? undefined : kept()) ?? fetched(signal);
}

/** A fetch that is under way, with the signal of whoever began it. */
interface Pending {
  token: Promise<string>;
  signal: AbortSignal;
}
