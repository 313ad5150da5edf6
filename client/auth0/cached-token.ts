import type { SecretSource } from "../credentials.ts";

/** `api.cache` of an Action. */
export interface ActionCache {
  get(key: string): { value: string; expires_at: number } | undefined;
  set(key: string, value: string, options?: { ttl?: number }): unknown;
}

export interface FetchedToken {
  token: string;
  /** Milliseconds; 0 if unknown. */
  expiresInMs: number;
}

export type FetchToken = (ask: { signal: AbortSignal }) => Promise<FetchedToken>;

export interface CachedTokenOptions {
  /** Key in the cache, at most 64 bytes; use one key per API. Default `nexus-sync-client.token`. */
  key?: string;
  /** A cached token is not used in the last `skewMs` milliseconds before it expires. Default 60,000. */
  skewMs?: number;
}

/** Maximum lifetime of an entry in Auth0's cache. */
const DAY_MS = 86_400_000;

/**
 * A source for `credentials.token` that keeps the token in the Action's cache. Parallel calls share one fetch; a forced
 * refresh bypasses the cache. If the cache does not store the token, each execution fetches one.
 */
export function cachedToken(
  cache: ActionCache,
  fetchToken: FetchToken,
  { key = "nexus-sync-client.token", skewMs = 60_000 }: CachedTokenOptions = {},
): Exclude<SecretSource, string> {
  let pending: Pending | undefined;
  const cached = () => {
    const entry = cache.get(key);
    return entry && entry.expires_at > Date.now() ? entry.value : undefined;
  };
  const fetchNew = async (signal: AbortSignal) => {
    const { token, expiresInMs } = await fetchToken({ signal });
    const ttl = Math.min(expiresInMs - skewMs, DAY_MS);
    if (ttl > 0) cache.set(key, token, { ttl });
    return token;
  };
  const start = (signal: AbortSignal): Pending => {
    const started = { token: fetchNew(signal), signal };
    const clear = () => {
      if (pending === started) pending = undefined;
    };
    started.token.then(clear, clear);
    return started;
  };
  const fetchShared = (signal: AbortSignal): Promise<string> => {
    if (!pending || pending.signal.aborted) pending = start(signal);
    const { token, signal: owner } = pending;
    return token.catch((error: unknown) => {
      // The call that started the fetch was aborted; this one was not.
      if (owner.aborted && !signal.aborted) return fetchShared(signal);
      throw error;
    });
  };
  return async ({ forceRefresh, signal }) => (forceRefresh ? undefined : cached()) ?? fetchShared(signal);
}

/** A fetch in progress, and the signal of the call that started it. */
interface Pending {
  token: Promise<string>;
  signal: AbortSignal;
}
