import { FROM_0, withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import { createTokenSource, type FetchToken, SKEW_MS, type TokenSource } from "../token/token-source.ts";

/** `api.cache` of an Action. */
export interface ActionCache {
  get(key: string): { value: string; expires_at: number } | undefined;
  set(key: string, value: string, options?: { ttl?: number }): unknown;
}

export interface CachedTokenOptions {
  /** Key in the cache, at most 64 bytes; use one key per API. Default `nexus-sync-client.token`. */
  key?: string | undefined;
  /** Milliseconds: a cached token is not used in the last `skewMs` before it expires. Default 60,000. */
  skewMs?: number | undefined;
}

/** Maximum lifetime of an entry in Auth0's cache. */
const DAY_MS = 86_400_000;

/**
 * A source for `credentials.token` like `cachedToken` of `nexus-sync-client/token`, which keeps the token in the Action's
 * cache. If the cache does not store the token, each execution fetches one.
 * @throws NexusError `config` at once if an argument is invalid
 */
export function cachedToken(cache: ActionCache, fetchToken: FetchToken, options: CachedTokenOptions = {}): TokenSource {
  const { key, skewMs } = withDefaults({ key: "nexus-sync-client.token", skewMs: SKEW_MS }, options, "", FROM_0);
  const { get, set } = Object(cache);
  if (typeof get !== "function" || typeof set !== "function") {
    throw new NexusError("config", "cache must be the 'api.cache' of an Action.");
  }
  return createTokenSource(fetchToken, skewMs, {
    get() {
      const entry = cache.get(key);
      return entry && entry.expires_at > Date.now() ? entry.value : undefined;
    },
    set: (token, ttlMs) => void cache.set(key, token, { ttl: Math.min(ttlMs, DAY_MS) }),
  });
}
