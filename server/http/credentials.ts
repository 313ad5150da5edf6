import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { authorization, basicPair, singleHeader } from "./authorization.ts";
import { Problem } from "./problem.ts";
import { createAttempts } from "./rate-limit.ts";
import type { SchemeHandler } from "./security.ts";

/** A secret as it is kept: never itself, only its SHA-256. */
export interface StoredSecret {
  /** Key id of an API key; name of an application token. */
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

export type Clock = () => Date;

/** SHA-256 in hex, the form in which secrets are stored. */
export function hashSecret(secret: string): string {
  return sha256(secret).toString("hex");
}

/** Basic: id and secret of an API key. Wrong secrets are limited per key id and address. */
export function basicScheme({ apiKeys }: Credentials, clock: Clock): SchemeHandler {
  const attempts = createAttempts(clock);
  const check = (pair: { id: string; secret: string }, address: string | undefined) => {
    const who = JSON.stringify([pair.id, address]);
    const wait = attempts.secondsToWait(who);
    if (wait > 0) throw new Problem("too-many-requests", { headers: { "Retry-After": String(wait) } });

    // An unknown key costs the same comparison as a known one.
    const key = apiKeys.find(({ id }) => id === pair.id) ?? NO_SECRET;
    if (matches(pair.secret, key)) return isExpired(key, clock) ? "expired" : key;
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
export function applicationTokenScheme({ applicationTokens }: Credentials, clock: Clock): SchemeHandler {
  return (request: IncomingMessage) => {
    const header = singleHeader(request, SECURITY_SCHEMES.ApplicationToken.name);
    if (typeof header === "string") return header;
    // Every token is compared, so that the time tells nothing about which one came near.
    const [token] = applicationTokens.filter((candidate) => matches(header.value, candidate));
    if (!token) return "wrong";
    return isExpired(token, clock) ? "expired" : token;
  };
}

const NO_SECRET: StoredSecret = { id: "", sha256: "0".repeat(64), permissions: [] };

/** Constant in time: both sides are hashes of one length. */
function matches(secret: string, stored: StoredSecret): boolean {
  return timingSafeEqual(sha256(secret), Buffer.from(stored.sha256, "hex"));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

function isExpired({ expires }: StoredSecret, clock: Clock): boolean {
  return expires !== undefined && !(Date.parse(expires) > clock().getTime());
}
