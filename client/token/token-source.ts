import { typeOf } from "../check-options.ts";
import type { SecretSource } from "../credentials.ts";
import { NexusError } from "../nexus-error.ts";

export interface FetchedToken {
  token: string;
  /** Milliseconds until the token expires; 0 if unknown: the token is then not cached. */
  expiresInMs: number;
}

/** Fetches a new token. `signal` aborts if the call that needs it ends first. */
export type FetchToken = (ask: { signal: AbortSignal }) => Promise<FetchedToken>;

/** A source for `credentials.token`. */
export type TokenSource = Exclude<SecretSource, string>;

/** Default of `skewMs`, in milliseconds. */
export const SKEW_MS = 60_000;

export interface TokenCache {
  get(): string | undefined;
  /** `ttlMs` is more than 0. */
  set(token: string, ttlMs: number): void;
}

/**
 * A source that keeps its token in the cache until `skewMs` before it expires. Parallel calls share one fetch and its error,
 * which is not cached. A forced refresh bypasses the cache.
 */
export function createTokenSource(fetchToken: FetchToken, skewMs: number, cache: TokenCache): TokenSource {
  if (!typeOf(fetchToken).endsWith("Function")) throw new NexusError("config", "fetchToken must be of type Function.");
  let pending: Pending | undefined;
  const fetchNew = async (signal: AbortSignal) => {
    const { token, expiresInMs } = checkFetched(await fetchToken({ signal }));
    if (expiresInMs > skewMs) cache.set(token, expiresInMs - skewMs);
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
  return async ({ forceRefresh, signal }) => (forceRefresh ? undefined : cache.get()) ?? fetchShared(signal);
}

/** A fetch in progress, and the signal of the call that started it. */
interface Pending {
  token: Promise<string>;
  signal: AbortSignal;
}

/** From callers in JavaScript, `fetchToken` returns anything. */
function checkFetched(fetched: unknown): FetchedToken {
  const { token, expiresInMs }: Partial<FetchedToken> = Object(fetched);
  if (token && typeof token === "string" && typeof expiresInMs === "number" && !Number.isNaN(expiresInMs)) {
    return { token, expiresInMs };
  }
  throw new NexusError(
    "auth",
    "fetchToken must return { token, expiresInMs }: a text that is not empty, and a number.",
  );
}
