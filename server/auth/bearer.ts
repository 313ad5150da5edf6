import {
  type CryptoKey,
  decodeProtectedHeader,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from "jose";
import type { Clock } from "../clock.ts";
import { refusalOf, TokenRefused } from "./bearer-refusal.ts";
import { ALGORITHMS, type FindKey, isKid } from "./key-set.ts";
import type { Caller, Refusal, SchemeHandler } from "./security.ts";
import { createTokenCache, type VerifiedToken } from "./token-cache.ts";

/** Requirements for a Bearer token to be accepted. */
export interface TokenRules {
  keys: FindKey;
  /** Exact values of `iss` and `aud`. */
  issuer: string;
  audience: string;
}

const TOLERANCE_SECONDS = 5;
/** Maximum `exp` - `iat`: a day. */
const MAX_LIFETIME_SECONDS = 86_400;

/** Header parameters that carry or point to a key (RFC 7515 section 4.1), or change what is signed (RFC 7797). */
const REFUSED_PARAMETERS = ["jwk", "jku", "x5u", "x5c", "crit", "b64"];

/**
 * Bearer: a signed JWT (RFC 7519) whose subject is the caller; permissions from `permissions` or `scope`. Without rules
 * no token is accepted.
 */
export function bearerScheme(rules: TokenRules | undefined, clock: Clock): SchemeHandler {
  const callerOf = createTokenCache();
  const verifyToken = async (token: string): Promise<Caller | Refusal> => {
    if (!isCompactJws(token)) return { failure: "malformed" };
    if (!rules) return { failure: "wrong", reason: "bearer-not-configured" };
    try {
      const parameters = accepted(decodeProtectedHeader(token));
      const now = clock();
      const key = await rules.keys(parameters);
      return await callerOf(token, { key, now: now.getTime() }, () => verify(token, { ...rules, key, now }));
    } catch (error) {
      return refusalOf(error);
    }
  };
  return { source: { scheme: "bearer" }, verify: verifyToken };
}

/** Three segments (RFC 7515 section 7.1), each in canonical base64url. */
function isCompactJws(token: string): boolean {
  const segments = token.split(".").map((segment) => Buffer.from(segment, "base64url").toString("base64url"));
  return segments.length === 3 && segments.join(".") === token;
}

/**
 * Checked before the key lookup, which may fetch the key set. A kid is required, because without one jose uses the only
 * key that fits.
 */
function accepted(header: ProtectedHeaderParameters): JWTHeaderParameters {
  const { alg, typ = "JWT", kid } = header;
  if (typeof typ !== "string" || !/^(application\/)?(at\+)?jwt$/i.test(typ)) throw new TokenRefused("typ-not-accepted");
  if (alg === undefined || !ALGORITHMS.includes(alg)) throw new TokenRefused("algorithm-not-accepted");
  if (!isKid(kid)) throw new TokenRefused(kid === undefined ? "kid-missing" : "kid-invalid");
  if (REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name)))
    throw new TokenRefused("header-parameter-not-accepted");
  return { ...header, alg };
}

type Verification = Pick<TokenRules, "issuer" | "audience"> & { key: CryptoKey; now: Date };

async function verify(token: string, { issuer, audience, key, now }: Verification): Promise<VerifiedToken> {
  const { payload } = await jwtVerify(token, key, {
    algorithms: ALGORITHMS,
    issuer,
    audience,
    clockTolerance: TOLERANCE_SECONDS,
    // Also rejects an `iat` in the future.
    maxTokenAge: MAX_LIFETIME_SECONDS,
    requiredClaims: ["exp", "iat", "sub"],
    currentDate: now,
  });
  const { sub, iat = Number.NaN, exp = Number.NaN } = payload;
  if (!isSubject(sub)) throw new TokenRefused("subject-invalid");
  // Also rejects an infinite `exp`: 1e400 is valid JSON, and jose accepts it.
  if (!(exp - iat <= MAX_LIFETIME_SECONDS)) throw new TokenRefused("lifetime-too-long");
  return {
    caller: { id: sub, permissions: permissionsOf(payload) },
    endsAt: (exp + TOLERANCE_SECONDS) * 1_000,
  };
}

/**
 * The subject is stored as the user's `modifiedBy`, so it must be text that every store accepts. jose checks only its
 * presence.
 */
function isSubject(sub: unknown): sub is string {
  return typeof sub === "string" && /^[^\p{Cc}\p{Cs}]{1,256}$/u.test(sub);
}

function permissionsOf({ permissions, scope }: JWTPayload): string[] {
  if (Array.isArray(permissions)) return permissions.filter((permission) => typeof permission === "string");
  return typeof scope === "string" ? scope.split(" ") : [];
}
