import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import type { Clock } from "../clock.ts";
import { Problem } from "../http/problem.ts";
import { createAttempts } from "./attempt-limiter.ts";
import { authorization, basicPair, singleHeader } from "./authorization-header.ts";
import type { SchemeHandler } from "./security.ts";

/** A secret as it is kept: never itself, only its SHA-256. */
export interface StoredSecret {
  /** What the log calls it; of an API key also the user of Basic. */
  id: string;
  /** SHA-256 of the secret's UTF-8 bytes, in hex. */
  sha256: string;
  permissions: readonly string[];
  /** ISO 8601 time from which it no longer counts; absent: never. */
  expires?: string;
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
 * Basic: id and secret of an API key. Wrong secrets are limited per key id and address. `current` is asked at each
 * request, so that credentials can be exchanged while the server runs.
 */
export function basicScheme(current: () => Credentials, clock: Clock): SchemeHandler {
  const attempts = createAttempts(clock);
  const check = (pair: { id: string; secret: string }, address: string | undefined) => {
    const who = JSON.stringify([pair.id, address]);
    const wait = attempts.secondsToWait(who);
    if (wait > 0) throw new Problem("too-many-requests", { headers: { "Retry-After": String(wait) } });

    // An unknown key costs the same as a known one: every id is looked at, and one hash compared.
    const [key = NO_SECRET] = current().apiKeys.filter(({ id }) => id === pair.id);
    if (matches(sha256(pair.secret), key)) return isExpired(key, clock) ? "expired" : key;
    attempts.fail(who);
    return "wrong";
  };
  return (request) => {
    const header = authorization(request, "basic");
    if (typeof header === "string") return header;
    const pair = basicPair(header.value);
    return pair ? check(pair, request.socket.remoteAddress) : "malformed";
  };
}

/** ApplicationToken: an opaque value in the header that the contract names. */
export function applicationTokenScheme(current: () => Credentials, clock: Clock): SchemeHandler {
  return (request: IncomingMessage) => {
    const header = singleHeader(request, SECURITY_SCHEMES.ApplicationToken.name);
    if (typeof header === "string") return header;
    const digest = sha256(header.value);
    // Every token is compared, so that the time tells nothing about which one came near.
    const [token] = current().applicationTokens.filter((candidate) => matches(digest, candidate));
    if (!token) return "wrong";
    return isExpired(token, clock) ? "expired" : token;
  };
}

const NO_SECRET: StoredSecret = { id: "", sha256: "0".repeat(64), permissions: [] };

/** Constant in time: both sides are hashes of one length. */
function matches(digest: Buffer, stored: StoredSecret): boolean {
  return timingSafeEqual(digest, Buffer.from(stored.sha256, "hex"));
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function isExpired({ expires }: StoredSecret, clock: Clock): boolean {
  return expires !== undefined && !(Date.parse(expires) > clock().getTime());
}
