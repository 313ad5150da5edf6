import { generateKeyPairSync, sign } from "node:crypto";
import { createLocalJWKSet } from "jose";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { hashSecret } from "../../server/auth/credentials.ts";
import type { StubOptions } from "../../server/stub/start-stub.ts";

/** The time on the servers' clocks, so that an expiry is exact to the second. */
export const NOW = new Date("2026-11-23T12:00:00Z");
const SECONDS = NOW.getTime() / 1_000;

export const ISSUER = "https://login.acme.example";
export const AUDIENCE = "urn:nexus-sync:test";

// Every secret says "planted", right or wrong: an answer or a log line with that word has leaked something.
export const API_KEYS = {
  "key-main": { secret: "planted-secret", permissions: ["user.write"] },
  "key-colon": { secret: "planted:with:colons:", permissions: ["write"] },
  "key-signs": { secret: "planted>>>???~~~", permissions: ["user.write"] },
  "key-reader": { secret: "planted-reader", permissions: ["user.read"] },
  "key-limited": { secret: "planted-limited", permissions: ["user.write"] },
  "key-expired": { secret: "planted-expired", permissions: ["user.write"], expires: NOW.toISOString() },
  "key-expiring": { secret: "planted-expiring", permissions: ["user.write"], expires: secondsFromNow(1) },
};
export const APPLICATION_TOKEN = "planted-application-token";
export const READER_TOKEN = "planted-reader-token";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const PUBLIC_PEM = publicKey.export({ type: "spki", format: "pem" });
export const PUBLIC_JWK = { ...publicKey.export({ format: "jwk" }), kid: "k-1", alg: "ES256", use: "sig" };

export const ACCESS: NonNullable<StubOptions["access"]> = {
  credentials: {
    apiKeys: Object.entries(API_KEYS).map(([id, { secret, ...key }]) => ({ id, sha256: hashSecret(secret), ...key })),
    applicationTokens: [
      { id: "app-main", sha256: hashSecret(APPLICATION_TOKEN), permissions: ["user.write", "write"] },
      { id: "app-reader", sha256: hashSecret(READER_TOKEN), permissions: ["user.read"] },
      { id: "app-old", sha256: hashSecret("planted-old-token"), permissions: ["write"], expires: NOW.toISOString() },
    ],
  },
  tokens: { keys: createLocalJWKSet({ keys: [PUBLIC_JWK] }), issuer: ISSUER, audience: AUDIENCE },
};

/** The value of Authorization for an API key, with its own secret unless another is given. */
export function basic(id: keyof typeof API_KEYS = "key-main", secret: string = API_KEYS[id].secret): string {
  return basicOf(`${id}:${secret}`);
}

export function basicOf(pair: string): string {
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** As the contract names it; renaming it there is the whole change. */
export const TOKEN_HEADER = SECURITY_SCHEMES.ApplicationToken.name;

/** The two headers of the other way in: a Bearer token and an application token, both good unless told otherwise. */
export function bearer(token = mint(), applicationToken: string | string[] = APPLICATION_TOKEN) {
  return { Authorization: `Bearer ${token}`, [TOKEN_HEADER]: applicationToken };
}

/** Claims that the server accepts, with changes; undefined takes a claim away. */
export function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const good = { iss: ISSUER, aud: AUDIENCE, sub: "login-hook", iat: SECONDS - 60, exp: SECONDS + 600 };
  return { ...good, permissions: ["user.write"], ...changes };
}

/** Seconds since 1970, `after` seconds from now. */
export function at(after: number): number {
  return SECONDS + after;
}

export function segment(value: unknown): string {
  const isRaw = typeof value === "string" || value instanceof Uint8Array;
  return Buffer.from(isRaw ? value : JSON.stringify(value)).toString("base64url");
}

/** A token signed with the right key, by hand: no library stands between the test and the bytes. */
export function mint(payload: Record<string, unknown> | string | Buffer = claims(), header: object = {}) {
  return sealed(`${segment({ alg: "ES256", kid: "k-1", ...header })}.${segment(payload)}`);
}

/** What is signed with the right key, whatever it is, and its signature. */
export function sealed(signed: string): string {
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function secondsFromNow(seconds: number): string {
  return new Date(NOW.getTime() + seconds * 1_000).toISOString();
}
