import { hash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { Problem } from "../http/problem.ts";
import { createAttemptLimiter } from "./attempt-limiter.ts";
import { authorization, basicPair, singleHeader } from "./authorization-header.ts";
import type { SchemeHandler } from "./security.ts";

/** A secret as it is stored: its SHA-256 only. */
export interface StoredSecret {
  /** Shown in the log; of an API key also the user name of Basic. */
  id: string;
  /** SHA-256 of the secret's UTF-8 bytes, in hex. */
  sha256: string;
  permissions: readonly string[];
  /** ISO 8601 time from which it is refused. Default: never. */
  expires?: string;
  /** ISO 8601. An entry with this, at any time, stays for the record and is treated as unknown. */
  revoked?: string;
}

export interface Credentials {
  apiKeys: readonly StoredSecret[];
  applicationTokens: readonly StoredSecret[];
}

/** SHA-256 in hex, the form in which secrets are stored. */
export function hashSecret(secret: string): string {
  return sha256(secret).toString("hex");
}

/**
 * Basic (RFC 7617): id and secret of an API key. Wrong secrets are limited per key id and address. `current` is called at
 * each request, because a file may have been reloaded.
 */
export function basicScheme(current: () => Credentials, clock: Clock): SchemeHandler {
  const attemptOf = createAttemptLimiter(clock);
  const check = ({ id, secret }: { id: string; secret: string }, address: string | undefined) => {
    const [known] = current().apiKeys.filter((key) => key.id === id && key.revoked === undefined);
    const attempt = attemptOf({ id, address, exists: known !== undefined });
    // The right secret is refused as well, because a 200 would confirm a guess.
    if (attempt.secondsToWait > 0) {
      throw new Problem("too-many-requests", { headers: { "Retry-After": String(attempt.secondsToWait) } });
    }
    // One hash is compared for an unknown id too, so that both take the same time.
    const key = known ?? NO_SECRET;
    if (matches(sha256(secret), key)) return isExpired(key, clock) ? "expired" : key;
    attempt.fail();
    return "wrong";
  };
  return (request) => {
    const header = authorization(request, "basic");
    if (typeof header === "string") return header;
    const pair = basicPair(header.value);
    return pair ? check(pair, request.socket.remoteAddress) : "malformed";
  };
}

/** An opaque token in the header of this name. */
export function applicationTokenScheme(name: string, current: () => Credentials, clock: Clock): SchemeHandler {
  return (request) => {
    const header = singleHeader(request, name);
    if (typeof header === "string") return header;
    const digest = sha256(header.value);
    // Compared with every token, so that the time does not show which one was similar.
    const [token] = current().applicationTokens.filter(
      (candidate) => matches(digest, candidate) && candidate.revoked === undefined,
    );
    if (!token) return "wrong";
    return isExpired(token, clock) ? "expired" : token;
  };
}

/** No secret has this hash. */
const NO_SECRET: StoredSecret = { id: "", sha256: "0".repeat(64), permissions: [] };

/** In constant time: both sides are hashes of one length. */
function matches(digest: Buffer, stored: StoredSecret): boolean {
  return timingSafeEqual(digest, Buffer.from(stored.sha256, "hex"));
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function isExpired({ expires }: StoredSecret, clock: Clock): boolean {
  return expires !== undefined && !(Date.parse(expires) > clock().getTime());
}
