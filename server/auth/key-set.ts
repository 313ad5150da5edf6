import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTHeaderParameters } from "jose";
import { ConfigurationError } from "../configuration-error.ts";
import type { JsonFormat } from "./json-file.ts";

/** Finds the key for a token's header. @throws JOSEError if there is none, Problem if the key set is unavailable. */
export type FindKey = (header: JWTHeaderParameters) => Promise<CryptoKey>;

/** Signature algorithms accepted (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];

/** Whether a value is a key id: 1 to 256 visible ASCII characters. */
export function isKid(kid: unknown): kid is string {
  return typeof kid === "string" && /^[\x21-\x7e]{1,256}$/.test(kid);
}

/**
 * The keys of a JSON Web Key Set (RFC 7517) that can verify a signature, and the ids that several of them share. Keys
 * with a shared id are left out, because jose would choose between them by their type.
 * @throws ConfigurationError if no key can verify a signature.
 */
export function readKeySet(value: unknown): { set: JSONWebKeySet; repeated: readonly string[] } {
  const { keys }: { keys?: unknown } = Object(value);
  if (!Array.isArray(keys)) throw new ConfigurationError("is not an object with a list 'keys'");
  const groups = [...Map.groupBy(keys.filter(isPublicSignatureKey), ({ kid }) => kid)];
  if (groups.length === 0) throw new ConfigurationError("has no public key with a kid that can verify a signature");
  return {
    set: { keys: groups.flatMap(([_, group]) => (group.length === 1 ? group : [])) },
    repeated: groups.flatMap(([kid, group]) => (group.length > 1 ? [kid] : [])),
  };
}

/** jose checks the rest: type, curve, size, `alg` and `key_ops`. */
function isPublicSignatureKey(member: unknown): member is JWK & { kid: string } {
  const { kid, use = "sig", d, k }: Record<string, unknown> = Object(member);
  return isKid(kid) && use === "sig" && d === undefined && k === undefined;
}

/** A key set file. Unlike in a fetched set, a repeated kid is an error. */
export const KEY_SET_FILE: JsonFormat<FindKey> = {
  name: "key set",
  setting: "jwks-file",
  parse(value) {
    const { set, repeated } = readKeySet(value);
    if (repeated.length > 0) throw new ConfigurationError(`has several keys with the kid ${repeated.join(", ")}`);
    return createLocalJWKSet(set);
  },
};
