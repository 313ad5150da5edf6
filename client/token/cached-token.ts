import { FROM_0, withDefaults } from "../check-options.ts";
import { createTokenSource, type FetchToken, SKEW_MS, type TokenSource } from "./token-source.ts";

export type { FetchedToken, FetchToken, TokenSource } from "./token-source.ts";

export interface TokenOptions {
  /**
   * Milliseconds: the cached token is not used in the last `skewMs` before it expires, because clocks differ and requests
   * take time. Default 60,000. A token that lives no longer is fetched for each call.
   */
  skewMs?: number | undefined;
}

/**
 * A source for `credentials.token` that keeps the token in memory, for one client or several. Parallel calls share one
 * fetch. A fetch that fails is an error of the calls that wait for it, and the next call fetches again. After a 401 the
 * client asks for a new token once. The lifetime is measured by a monotonic clock: changes of the system's time do not matter.
 * @throws NexusError `config` at once if an argument is invalid. The source throws the error of `fetchToken`, or `auth` if it
 * returns no token.
 */
export function cachedToken(fetchToken: FetchToken, options: TokenOptions = {}): TokenSource {
  const { skewMs } = withDefaults({ skewMs: SKEW_MS }, options, "", FROM_0);
  let cached = { token: "", endsAt: 0 };
  return createTokenSource(fetchToken, skewMs, {
    get: () => (performance.now() < cached.endsAt ? cached.token : undefined),
    set(token, ttlMs) {
      cached = { token, endsAt: performance.now() + ttlMs };
    },
  });
}
