import { generateKeyPairSync, sign } from "node:crypto";
import { createLocalJWKSet } from "jose";
import contract from "../../generated/openapi.json" with { type: "json" };
import { hashSecret } from "../../server/auth/credentials.ts";
import { readSecuritySchemes } from "../../server/contract/operations.ts";
import type { StubOptions } from "../../server/stub/start-stub.ts";

/** The time on the servers' clocks, so that an expiry is exact to the second. */
export const NOW = new Date("2026-11-23T12:00:00Z");
const SECONDS = NOW.getTime() / 1_000;

export const ISSUER = "https://login.acme.example";
export const AUDIENCE = "urn:nexus-sync:test";

// Every secret, right or wrong, contains "planted": a response or a log line with that word has leaked something.
export const API_KEYS = {
  "key-main": { secret: "planted-secret", permissions: ["user.write"] },
  "key-colon": { secret: "planted:with:colons:", permissions: ["write"] },
  "key-signs": { secret: "planted>>>???~~~", permissions: ["user.write"] },
  "key-reader": { secret: "planted-reader", permissions: ["user.read"] },
  "key-limited": { secret: "planted-limited", permissions: ["user.write"] },
  "key-expired": { secret: "planted-expired", permissions: ["user.write"], expires: NOW.toISOString() },
  "key-expiring": { secret: "planted-expiring", permissions: ["user.write"], expires: secondsFromNow(1) },
  "key-revoked": { secret: "planted-revoked", permissions: ["user.write"], revoked: NOW.toISOString() },
};
export const APPLICATION_TOKEN = "planted-application-token";
export const READER_TOKEN = "planted-reader-token";
export const WRITE_TOKEN = "planted-write-token";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const PUBLIC_PEM = publicKey.export({ type: "spki", format: "pem" });
export const PUBLIC_JWK = { ...publicKey.export({ format: "jwk" }), kid: "k-1", alg: "ES256", use: "sig" };

export const ACCESS: NonNullable<StubOptions["access"]> = {
  credentials: {
    apiKeys: Object.entries(API_KEYS).map(([id, { secret, ...key }]) => ({ id, sha256: hashSecret(secret), ...key })),
    applicationTokens: [
      { id: "app-main", sha256: hashSecret(APPLICATION_TOKEN), permissions: ["user.write", "write"] },
      { id: "app-write", sha256: hashSecret(WRITE_TOKEN), permissions: ["write"] },
      { id: "app-reader", sha256: hashSecret(READER_TOKEN), permissions: ["user.read"] },
      { id: "app-old", sha256: hashSecret("planted-old-token"), permissions: ["write"], expires: NOW.toISOString() },
      {
        ...{ id: "app-revoked", sha256: hashSecret("planted-revoked-token"), permissions: ["write"] },
        revoked: NOW.toISOString(),
      },
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

/** The header of application tokens, from the contract. */
export const TOKEN_HEADER = tokenHeader();

/** Headers with a Bearer token and an application token, both good by default. */
export function bearer(token = mint(), applicationToken: string | string[] = APPLICATION_TOKEN) {
  return { Authorization: `Bearer ${token}`, [TOKEN_HEADER]: applicationToken };
}

/** Claims that the server accepts, with changes; undefined removes a claim. */
export function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const good = { iss: ISSUER, aud: AUDIENCE, sub: "login-hook", iat: SECONDS - 60, exp: SECONDS + 600 };
  return { ...good, permissions: ["user.write"], ...changes };
}

/** Claims that are valid by the system's clock. */
export function currentClaims(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return claims({ iat: now - 1, exp: now + 600 });
}

/** Seconds since 1970, `after` seconds from now. */
export function at(after: number): number {
  return SECONDS + after;
}

export function segment(value: unknown): string {
  const isRaw = typeof value === "string" || value instanceof Uint8Array;
  return Buffer.from(isRaw ? value : JSON.stringify(value)).toString("base64url");
}

/** A token signed with the right key, made without a library, so that a test can set every byte. */
export function mint(payload: Record<string, unknown> | string | Buffer = claims(), header: object = {}) {
  return sealed(`${segment({ alg: "ES256", kid: "k-1", ...header })}.${segment(payload)}`);
}

/** Appends the signature of the right key to any text. */
export function sealed(signed: string): string {
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function secondsFromNow(seconds: number): string {
  return new Date(NOW.getTime() + seconds * 1_000).toISOString();
}

function tokenHeader(): string {
  const [name] = Object.values(readSecuritySchemes(contract)).flatMap((scheme) =>
    scheme.type === "apiKey" ? [scheme.name] : [],
  );
  if (name === undefined) throw new Error("The contract has no application token in a header.");
  return name;
}
