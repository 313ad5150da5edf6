import { hash } from "node:crypto";
import type { JWTPayload } from "jose";

/** Tokens remembered at a time; beyond it all are forgotten. */
const MOST_REMEMBERED = 1_000;

interface Remembered {
  payload: JWTPayload;
  /** The key that verified it: another one under its id, or none, makes it unknown. */
  key: object;
  /** Milliseconds since 1970. A clock that is put back makes it unknown too. */
  verifiedAt: number;
}

/**
 * Remembers verified tokens by their hash, until they expire: a signature costs more than all else about a token. Whose
 * key it is, is asked each time, so that a key that was taken away counts at once.
 */
export function createTokenMemory(toleranceSeconds: number) {
  const remembered = new Map<string, Remembered>();

  const holds = ({ payload: { exp = 0 }, verifiedAt }: Remembered, now: number) =>
    now >= verifiedAt && now / 1_000 < exp + toleranceSeconds;
  /** What `verify` answers with, or did so before for this token and key. `now` is in milliseconds since 1970. */
  return async (token: string, { key, now }: { key: object; now: number }, verify: () => Promise<JWTPayload>) => {
    const name = hash("sha256", token, "base64url");
    const known = remembered.get(name);
    if (known?.key === key && holds(known, now)) return known.payload;
    const payload = await verify();
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(name, { payload, key, verifiedAt: now });
    return payload;
  };
}
