import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Clock } from "../clock.ts";
import { Problem } from "../http/problem.ts";
import { createAttemptLimiter } from "./attempt-limiter.ts";
import type { ClientAddress } from "./client-address.ts";
import { authorization, type SchemeHandler } from "./security.ts";

/** A stored secret: only its SHA-256 is kept. */
export interface StoredSecret {
  /** Shown in the log; for an API key, also the user name of Basic. */
  id: string;
  /** SHA-256 of the secret's UTF-8 bytes, in hex. */
  sha256: string;
  permissions: readonly string[];
  /** ISO 8601 time from which the secret is rejected. Default: never. */
  expires?: string;
  /** ISO 8601. An entry with this member, whatever its time, is kept for the record and treated as unknown. */
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

/** Credentials that may be reloaded: read at each request. */
export interface CurrentCredentials {
  readonly value: Credentials;
}

/** Basic (RFC 7617): id and secret of an API key. Limits wrong secrets per key id and address, never the right one. */
export function basicScheme(current: CurrentCredentials, clock: Clock, addressOf: ClientAddress): SchemeHandler {
  const attemptOf = createAttemptLimiter(clock);
  return {
    source: { scheme: "basic" },
    verify(encoded, request) {
      const pair = basicPair(encoded);
      if (!pair) return { failure: "malformed" };
      const { key, reason } = findKey(current.value.apiKeys, pair.id);
      if (matches(sha256(pair.secret), key)) return isExpired(key, clock) ? { failure: "expired" } : key;
      const attempt = attemptOf({ id: pair.id, address: addressOf(request), exists: key !== NO_SECRET });
      if (attempt.secondsToWait > 0) {
        throw new Problem("too-many-requests", { headers: { "Retry-After": String(attempt.secondsToWait) } });
      }
      attempt.fail();
      return { failure: "wrong", reason };
    },
  };
}

/**
 * The API key, and the reason for the log if its secret is wrong. An unknown id gets NO_SECRET, whose hash is compared
 * too, so that the time does not depend on whether the id exists.
 */
function findKey(apiKeys: readonly StoredSecret[], id: string): { key: StoredSecret; reason: string } {
  const found = apiKeys.filter((key) => key.id === id);
  const key = found.find(({ revoked }) => revoked === undefined);
  if (key) return { key, reason: "secret-wrong" };
  return { key: NO_SECRET, reason: found.length > 0 ? "revoked" : "id-unknown" };
}

/** User id and password (RFC 7617): padded base64 of UTF-8 without control characters, split at the first colon. */
function basicPair(encoded: string): { id: string; secret: string } | undefined {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return undefined;
  const text = bytes.toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0 || !Buffer.from(text).equals(bytes) || /\p{Cc}/u.test(text)) return undefined;
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** The key id of a request's Basic credentials, also if they are wrong; for the log. */
export function triedKeyId(request: IncomingMessage): string | undefined {
  const sent = authorization(request, "basic");
  return typeof sent === "string" ? undefined : basicPair(sent.value)?.id;
}

/** An opaque token in the header `name`. */
export function applicationTokenScheme(name: string, current: CurrentCredentials, clock: Clock): SchemeHandler {
  return {
    source: { header: name },
    verify(sent) {
      const digest = sha256(sent);
      // Compared with every token, so that the time does not depend on which one matches.
      const found = current.value.applicationTokens.filter((candidate) => matches(digest, candidate));
      const token = found.find(({ revoked }) => revoked === undefined);
      if (!token) return { failure: "wrong", reason: found.length > 0 ? "revoked" : "unknown" };
      return isExpired(token, clock) ? { failure: "expired" } : token;
    },
  };
}

/** No secret has this hash. */
const NO_SECRET: StoredSecret = { id: "", sha256: "0".repeat(64), permissions: [] };

/** Compares in constant time; both hashes have the same length. */
function matches(digest: Buffer, stored: StoredSecret): boolean {
  return timingSafeEqual(digest, Buffer.from(stored.sha256, "hex"));
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function isExpired({ expires }: StoredSecret, clock: Clock): boolean {
  return expires !== undefined && !(Date.parse(expires) > clock().getTime());
}
