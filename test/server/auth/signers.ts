import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { JWK } from "jose";
import { claims, segment } from "../../helpers/access.ts";

/** Signatures (RFC 7518 section 3.1, RFC 8037 section 3.1): made without a library. */
const SIGNATURES = {
  ES256: (data: Buffer, key: KeyObject) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (data: Buffer, key: KeyObject) => sign("sha256", data, key),
  RS512: (data: Buffer, key: KeyObject) => sign("sha512", data, key),
  PS256: (data: Buffer, key: KeyObject) =>
    sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  EdDSA: (data: Buffer, key: KeyObject) => sign(null, data, key),
};

const KEY_PAIRS = {
  ec: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ed25519: () => generateKeyPairSync("ed25519"),
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2_048 }),
  "rsa-1024": () => generateKeyPairSync("rsa", { modulusLength: 1_024 }),
};

export type Signer = ReturnType<typeof createSigner>;

interface Signed {
  /** Default: by the kind of key. */
  alg?: keyof typeof SIGNATURES;
  /** Default: claims that the server accepts. */
  payload?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A new key pair: its public JWK with additional members, and tokens signed with it. */
export function createSigner(kid: string, kind: keyof typeof KEY_PAIRS = "ec", members: JWK = {}) {
  const { publicKey, privateKey } = KEY_PAIRS[kind]();
  const usual = kind === "ec" ? "ES256" : kind === "ed25519" ? "EdDSA" : "RS256";
  const jwk: JWK = { ...publicKey.export({ format: "jwk" }), kid, ...members };
  const token = ({ alg = usual, payload = claims(), header = {} }: Signed = {}): string => {
    const signed = `${segment({ alg, kid, ...header })}.${segment(payload)}`;
    return `${signed}.${SIGNATURES[alg](Buffer.from(signed), privateKey).toString("base64url")}`;
  };
  return { kid, jwk, token, publicKey, privateKey };
}

/** Claims signed with HS256 and this secret, with the kid of a key. */
export function hmacToken(secret: string | Buffer, kid = "k-1"): string {
  const signed = `${segment({ alg: "HS256", kid })}.${segment(claims())}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
