import { createLocalJWKSet } from "jose";
import { describe, expect, onTestFinished, test } from "vitest";
import { ACCESS, AUDIENCE, bearer, claims, ISSUER, mint, PUBLIC_JWK } from "../../helpers/access.ts";
import { badInputs, type Case, check } from "../../helpers/bad-input.ts";
import { startServerFixture } from "../../helpers/server-fixture.ts";
import { keySet, openEndpoint } from "./jwks-site.ts";
import { createSigner, hmacToken, type Signer } from "./signers.ts";

const rs256 = createSigner("k-rs256", "rsa", { alg: "RS256" });
const rsa = createSigner("k-rsa", "rsa");
const weak = createSigner("k-weak", "rsa-1024");
const ed25519 = createSigner("k-ed25519", "ed25519");
const [first, second] = [createSigner("k-twice"), createSigner("k-twice")];
const broken = createSigner("k-broken");
const encrypting = createSigner("k-enc", "ec", { use: "enc" });
const signing = createSigner("k-sign", "ec", { key_ops: ["sign"] });
const es384 = createSigner("k-es384", "ec", { alg: "ES384" });
const [long, longer, spaced] = [createSigner("k".repeat(256)), createSigner("k".repeat(257)), createSigner("k 1")];
const unknownSigner = createSigner("k-1");

const SIGNERS = [rs256, rsa, weak, ed25519, first, second, encrypting, signing, es384, long, longer, spaced];
const JWKS = SIGNERS.map(({ jwk }) => jwk);
const SYMMETRIC = { kty: "oct", k: "AAAA", kid: "k-oct", alg: "HS256" };
// Passed to jose without the filter of `auth/`, because no key set may cause a 500.
const keys = createLocalJWKSet({ keys: [PUBLIC_JWK, ...JWKS, { ...broken.jwk, x: "AAAA" }, SYMMETRIC] });
const access = { ...ACCESS, tokens: { keys, issuer: ISSUER, audience: AUDIENCE } };
const { testEach } = badInputs({ access });

function tokens(status: number, table: Record<string, string>): Case[] {
  return Object.entries(table).map(([name, token]) => ({ name, status, credentials: bearer(token) }));
}

const pemOf = ({ publicKey }: Signer, type: "spki" | "pkcs1") => publicKey.export({ type, format: "pem" });

describe("matching keys", () => {
  testEach(
    tokens(200, {
      "RS256 with a key for RS256": rs256.token(),
      "RS256 with an RSA key": rsa.token(),
      "PS256 with an RSA key": rsa.token({ alg: "PS256" }),
      "EdDSA with an Ed25519 key": ed25519.token(),
      "a kid of 256 characters": long.token(),
    }),
  );
});

describe("keys that do not match", () => {
  testEach(
    tokens(401, {
      "HS256 signed with the public PEM of an RSA key": hmacToken(pemOf(rsa, "spki"), "k-rsa"),
      "HS256 signed with its PKCS #1 PEM": hmacToken(pemOf(rsa, "pkcs1"), "k-rsa"),
      "HS256 signed with its modulus": hmacToken(String(rsa.jwk.n), "k-rsa"),
      "HS256 with a symmetric key of the set": hmacToken(Buffer.from("AAAA", "base64"), "k-oct"),
      "PS256 with a key for RS256": rs256.token({ alg: "PS256" }),
      "RS512 with a key for RS256": rs256.token({ alg: "RS512" }),
      "RS512 with an RSA key": rsa.token({ alg: "RS512" }),
      "RS256 with a P-256 key": mint(claims(), { alg: "RS256" }),
      "ES256 with an RSA key": rsa.token({ header: { alg: "ES256" } }),
      "EdDSA with a P-256 key": mint(claims(), { alg: "EdDSA" }),
      "Ed25519 for EdDSA": ed25519.token({ header: { alg: "Ed25519" } }),
      "RS256 with an RSA key of 1024 bits": weak.token(),
      "PS256 with an RSA key of 1024 bits": weak.token({ alg: "PS256" }),
      "a key that is broken": broken.token(),
      "a key for encryption": encrypting.token(),
      "a key that may not verify": signing.token(),
      "a key of another algorithm": es384.token(),
      "a kid of 257 characters": longer.token(),
      "a kid with a space": spaced.token(),
      "the id of one key and the signature of another": unknownSigner.token(),
      "the first of two keys with one kid": first.token(),
      "the second of two keys with one kid": second.token(),
    }),
  );
});

test.for([
  ["its own key", (header: object) => unknownSigner.token({ header: { ...header } })],
  ["the right key", (header: object) => mint(claims(), header)],
] as const)(
  "a token with jwk, jku, x5u or x5c signed with %s is rejected with 401 and causes no request",
  async ([_, sign]) => {
    const endpoint = await openEndpoint(keySet(unknownSigner.jwk));
    const { jwk, url } = { jwk: unknownSigner.jwk, url: endpoint.url };
    const certificate = unknownSigner.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const expectRejected = await startRejecting(access);
    for (const header of [{ jwk }, { jku: url }, { x5u: url }, { x5c: [certificate] }, { jwk, jku: url, x5u: url }]) {
      await expectRejected(bearer(sign(header)));
    }
    expect(endpoint.requests).toBe(0);
  },
);

test("a server without keys rejects every Bearer token in the same way", async () => {
  const expectRejected = await startRejecting({ credentials: ACCESS.credentials });
  await expectRejected(bearer());
  await expectRejected(bearer("planted"));
});

/** A server, closed at the end of the test. The returned function expects a 401. */
async function startRejecting(access: typeof ACCESS) {
  const site = await startServerFixture({ access });
  onTestFinished(() => site.close());
  return (credentials: Case["credentials"] & object) => check(site, { name: "", status: 401, credentials });
}
