import { hash } from "node:crypto";
import { createExpiringMap } from "./expiring-map.ts";
import type { Caller } from "./security.ts";

const MAX_TOKENS = 1_000;
/** Maximum length of a cached token in characters; with MAX_TOKENS it bounds the cache to about 8 MB. */
const MAX_LENGTH = 8_192;
const TTL_MS = 300_000;

export interface VerifiedToken {
  caller: Caller;
  /** Milliseconds since 1970 until which the token is accepted. */
  endsAt: number;
}

/**
 * Caches verified tokens by their hash for up to five minutes, because verifying the signature costs more than all
 * other checks. A token that was verified with another key, which may have been withdrawn, is verified again.
 */
export function createTokenCache() {
  const verified = createExpiringMap<VerifiedToken & { key: object }>({ ttlMs: TTL_MS, maxEntries: MAX_TOKENS });

  /** The caller of a token. `now` is in milliseconds since 1970. Errors of `verify` are rethrown and not cached. */
  return async (
    token: string,
    { key, now }: { key: object; now: number },
    verify: () => Promise<VerifiedToken>,
  ): Promise<Caller> => {
    const name = hash("sha256", token, "base64url");
    const known = verified.get(name, now);
    if (known?.key === key && now < known.endsAt) return known.caller;
    const result = await verify();
    if (token.length <= MAX_LENGTH) verified.add(name, { ...result, key }, now);
    return result.caller;
  };
}
