import {
  decodeProtectedHeader,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type ProtectedHeaderParameters,
} from "jose";
import type { Clock } from "../clock.ts";
import { Problem } from "../http/problem.ts";
import { authorization, type Failure } from "./authorization-header.ts";
import { ALGORITHMS, isKid } from "./key-set.ts";
import { KeysUnavailable } from "./keys-unavailable.ts";
import type { Caller, SchemeHandler } from "./security.ts";
import { createTokenMemory } from "./token-cache.ts";

export interface TokenRules {
  keys: JWTVerifyGetKey;
  /** Exact values of `iss` and `aud`. */
  issuer: string;
  audience: string;
}

const TOLERANCE_SECONDS = 5;
/** Longest `exp` - `iat` accepted: a day. */
const MOST_SECONDS = 86_400;
/** After so long, the keys will have been asked for again. */
const RETRY_SECONDS = 5;

/** Header parameters that bring or point to a key (RFC 7515 section 4.1), or change what is signed (RFC 7797). */
const REFUSED_PARAMETERS = ["jwk", "jku", "x5u", "x5c", "crit", "b64"];

/**
 * Bearer: a signed JWT (RFC 7519) whose subject is the caller; permissions from `permissions` or `scope`. Without rules
 * no token holds.
 */
export function bearerScheme(rules: TokenRules | undefined, clock: Clock): SchemeHandler {
  const remember = createTokenMemory(TOLERANCE_SECONDS);
  return async (request) => {
    const header = authorization(request, "bearer");
    if (typeof header === "string") return header;
    if (!isCompactJws(header.value)) return "malformed";
    try {
      const parameters = decodeProtectedHeader(header.value);
      if (!rules || !isPlainHeader(parameters)) return "wrong";
      const [now, key] = [clock(), await keyOf(header.value, parameters, rules)];
      const verify = () => verified(header.value, { key, now }, rules);
      return callerOf(await remember(header.value, { key, now: now.getTime() }, verify), clock);
    } catch (error) {
      return failureOf(error);
    }
  };
}

/** Three segments (RFC 7515 section 7.1), each in the one spelling that its bytes have in base64url. */
function isCompactJws(token: string): boolean {
  const segments = token.split(".");
  const isExact = (segment: string) => Buffer.from(segment, "base64url").toString("base64url") === segment;
  return segments.length === 3 && segments.every((segment) => segment !== "" && isExact(segment));
}

/** Without a kid, jose takes the only key that fits: a rotated set would then verify by luck. */
function isPlainHeader(header: ProtectedHeaderParameters): boolean {
  const { typ = "JWT", kid } = header;
  const isAccessToken = typeof typ === "string" && /^(application\/)?(at\+)?jwt$/i.test(typ);
  return isAccessToken && isKid(kid) && !REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name));
}

async function keyOf(token: string, header: ProtectedHeaderParameters, { keys }: TokenRules) {
  if (!isAccepted(header)) throw new errors.JOSEAlgNotAllowed();
  const [protectedPart, payload = "", signature = ""] = token.split(".");
  const key = await keys(header, {
    payload,
    signature,
    ...(protectedPart !== undefined && { protected: protectedPart }),
  });
  if (key instanceof Uint8Array) throw new errors.JOSENotSupported("A key of Bearer tokens is public.");
  return key;
}

/** Before any key is looked for, which may take a fetch. */
function isAccepted(header: ProtectedHeaderParameters): header is JWTHeaderParameters {
  return header.alg !== undefined && ALGORITHMS.includes(header.alg);
}

async function verified(
  token: string,
  { key, now }: { key: Awaited<ReturnType<typeof keyOf>>; now: Date },
  { issuer, audience }: TokenRules,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, key, {
    algorithms: [...ALGORITHMS],
    issuer,
    audience,
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: ["exp", "iat", "sub"],
    currentDate: now,
  });
  return payload;
}

function callerOf(payload: JWTPayload, clock: Clock): Caller | Failure {
  const { sub, iat = Number.NaN, exp = Number.NaN } = payload;
  const isFromTheFuture = iat > clock().getTime() / 1_000 + TOLERANCE_SECONDS;
  // An infinite lifetime fails here as well: JSON can spell it (1e400), and jose takes it for a number like any other.
  if (!isSubject(sub) || isFromTheFuture || !(exp - iat <= MOST_SECONDS)) return "wrong";
  return { id: sub, permissions: permissionsOf(payload) };
}

/** The subject is stored as who modified a user: text that every store takes. jose only checks that it is there. */
function isSubject(sub: unknown): sub is string {
  return typeof sub === "string" && /^[^\p{Cc}\p{Cs}]{1,256}$/u.test(sub);
}

function permissionsOf({ permissions, scope }: JWTPayload): string[] {
  if (Array.isArray(permissions)) return permissions.filter((permission) => typeof permission === "string");
  return typeof scope === "string" ? scope.split(" ") : [];
}

/** What jose, its decoder or the key's import refuses is the token's fault; anything else is ours. */
function failureOf(error: unknown): Failure {
  if (error instanceof KeysUnavailable) {
    throw new Problem("unavailable", { headers: { "Retry-After": String(RETRY_SECONDS) }, cause: error });
  }
  if (error instanceof errors.JWTExpired) return "expired";
  const isRefusal = [errors.JOSEError, TypeError, DOMException].some((Refusal) => error instanceof Refusal);
  if (isRefusal) return "wrong";
  throw error;
}
