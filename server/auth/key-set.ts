import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from "jose";

/** The keys of one JSON Web Key Set (RFC 7517) that can check a Bearer token. */
export interface KeySet {
  /** Whether the set has a key of this id, be it one that can't be told from another. */
  has(kid: string | undefined): boolean;
  /** Ids that several keys share: none of these keys verifies anything. */
  repeated: readonly string[];
  key: JWTVerifyGetKey;
}

/** A key set, or the way to one, that can't be used; the message says why and repeats nothing of the set. */
export class JwksRefused extends Error {
  override readonly name = "JwksRefused";
}

/** Signature algorithms accepted (RFC 7518 section 3.1, RFC 8037 section 3.1), by the key they need. */
const ALGORITHMS_BY_KEY = { rsa: ["RS256", "PS256"], ec: ["ES256"], ed25519: ["EdDSA"] } as const;
export const ALGORITHMS: readonly string[] = Object.values(ALGORITHMS_BY_KEY).flat();

/** Bits; RFC 7518 section 3.3 allows none below. */
const LEAST_RSA_BITS = 2_048;

/** Ids of keys: 1 to 256 visible ASCII characters. */
export function isKid(kid: unknown): kid is string {
  return typeof kid === "string" && /^[\x21-\x7e]{1,256}$/.test(kid);
}

/**
 * Reads a key set; members that are no public signature key of ours (RFC 7517 section 5) are left out.
 * @throws JwksRefused if it is no key set, or nothing of it is left.
 */
export function readKeySet(bytes: Uint8Array): KeySet {
  const keys = membersOf(bytes).flatMap(usableKey);
  if (keys.length === 0) throw new JwksRefused("it has no public key with a kid that can check a signature");
  const byKid = Map.groupBy(keys, ({ kid }) => kid);
  const single = [...byKid.values()].flatMap((group) => (group.length === 1 ? group : []));
  return {
    has: (kid) => kid !== undefined && byKid.has(kid),
    repeated: [...byKid].flatMap(([kid, group]) => (group.length > 1 ? [kid] : [])),
    key: createLocalJWKSet({ keys: single }),
  };
}

function membersOf(bytes: Uint8Array): unknown[] {
  const set = parsed(bytes);
  if (typeof set === "object" && set !== null && "keys" in set && Array.isArray(set.keys)) return set.keys;
  throw new JwksRefused("it is not an object with a list 'keys'");
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the text, which may hold a private key.
    throw new JwksRefused("it is not JSON in UTF-8");
  }
}

/** None or one: the key with nothing but what verifying needs. */
function usableKey(member: unknown): (JWK & { kid: string })[] {
  const { kid, alg, ...jwk }: Record<string, unknown> = Object(member);
  if (!isKid(kid) || !isPublicSignatureKey(jwk)) return [];
  const key = imported(jwk);
  const algorithms = key ? algorithmsOf(key).filter((name) => alg === undefined || alg === name) : [];
  if (!key || algorithms.length === 0) return [];
  return [{ ...key.export({ format: "jwk" }), kid, ...(typeof alg === "string" && { alg }) }];
}

/** A private key in a set that others read is a secret no more: it is left out like any other that is not for us. */
function isPublicSignatureKey({ use = "sig", key_ops: operations = ["verify"], d }: Record<string, unknown>): boolean {
  return use === "sig" && Array.isArray(operations) && operations.includes("verify") && d === undefined;
}

function imported(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return undefined;
  }
}

function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): readonly string[] {
  if (type === "rsa") return (details?.modulusLength ?? 0) >= LEAST_RSA_BITS ? ALGORITHMS_BY_KEY.rsa : [];
  if (type === "ec") return details?.namedCurve === "prime256v1" ? ALGORITHMS_BY_KEY.ec : [];
  return type === "ed25519" ? ALGORITHMS_BY_KEY.ed25519 : [];
}
