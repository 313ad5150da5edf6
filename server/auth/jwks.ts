import type { JWTVerifyGetKey } from "jose";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { download, jwksUrl } from "./jwks-download.ts";
import { type KeySet, readKeySet } from "./key-set.ts";
import { KeysUnavailable } from "./keys-unavailable.ts";

export interface JwksOptions {
  log: Logger;
  /** Default: the system's. */
  clock?: Clock;
  /** Milliseconds that one fetch may take, its body included. Default 3,000. */
  timeoutMs?: number;
}

export interface JwksSource {
  /** @throws KeysUnavailable if the key is not cached and the endpoint does not give a key set. */
  keys: JWTVerifyGetKey;
  /** Fetches the key set ahead of the first token. Never rejects: a server may start before its endpoint. */
  ready(): Promise<void>;
}

/** A fetched set is not asked for again for so long, unless a token names a key that it has not. */
const FRESH_MS = 600_000;
/** How long its keys go on working while no newer set can be had. */
const USABLE_MS = 3_600_000;
/** Between two fetches, whatever tokens name: made-up key ids must not become a flood of requests. */
const COOL_DOWN_MS = 5_000;
/** Between two warnings. */
const WARNING_MS = 60_000;

/**
 * The keys of a JWKS endpoint, cached. Concurrent tokens share one fetch.
 * @throws JwksRefused if the URL can't be used.
 */
export function jwksFromUrl(text: string, options: JwksOptions): JwksSource {
  const { clock = () => new Date() } = options;
  const { cache, refresh } = createCache(jwksUrl(text), { clock, ...options });
  const usable = () => (isWithin(USABLE_MS, cache.loadedAt, clock) ? cache.set : undefined);

  const setFor = async (kid: string | undefined): Promise<KeySet | undefined> => {
    if (!isWithin(FRESH_MS, cache.loadedAt, clock)) {
      const refreshed = refresh();
      // Waiting keeps a key out that was taken from the set; in an outage it would only hold everybody up.
      if (!cache.failure || !usable()) await refreshed;
    }
    if (!usable()?.has(kid)) await refresh();
    return usable();
  };
  const keys: JWTVerifyGetKey = async (header, token) => {
    const set = await setFor(header.kid);
    if (!set || (cache.failure && !set.has(header.kid))) throw new KeysUnavailable(cache.failure);
    return set.key(header, token);
  };
  return { keys, ready: refresh };
}

interface Cache {
  /** The last good set, and when it was asked for, in milliseconds since 1970. */
  set?: KeySet;
  loadedAt: number;
  /** Why the last fetch brought none; undefined after a good one. */
  failure?: unknown;
}

/** `refresh` ends with the fetch under way, or at once where the last one is too near; what came of it is in `cache`. */
function createCache(url: URL, { log, clock, timeoutMs = 3_000 }: JwksOptions & { clock: Clock }) {
  const cache: Cache = { loadedAt: Number.NEGATIVE_INFINITY };
  let [triedAt, warnedAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let underWay: Promise<void> | undefined;

  const load = async () => {
    triedAt = clock().getTime();
    try {
      Object.assign(cache, { set: readKeySet(await download(url, timeoutMs)), loadedAt: triedAt, failure: undefined });
    } catch (error) {
      cache.failure = error;
      warn(error);
    }
  };
  const warn = (error: unknown) => {
    if (isWithin(WARNING_MS, warnedAt, clock)) return;
    warnedAt = clock().getTime();
    const reason = error instanceof Error ? error.message : String(error);
    const usableUntil = cache.set && new Date(cache.loadedAt + USABLE_MS).toISOString();
    // Neither the query nor more of the error: both may hold what is no one's business.
    log.warn({ jwks: `${url.origin}${url.pathname}`, reason, usableUntil }, "the key set can't be fetched");
  };
  const refresh = async () => {
    if (!isWithin(COOL_DOWN_MS, triedAt, clock)) {
      underWay ??= load().finally(() => {
        underWay = undefined;
      });
    }
    await underWay;
  };
  return { cache, refresh };
}

/** False too where the clock has been put back behind `since`: better one fetch too many than a cache that never ends. */
function isWithin(ms: number, since: number, clock: Clock): boolean {
  const age = clock().getTime() - since;
  return age >= 0 && age < ms;
}
