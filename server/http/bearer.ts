import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { authorization, type Failure } from "./authorization.ts";
import type { Clock } from "./credentials.ts";
import type { Caller, SchemeHandler } from "./security.ts";

export interface TokenRules {
  keys: JWTVerifyGetKey;
  /** Exact values of `iss` and `aud`. */
  issuer: string;
  audience: string;
}

const ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"];
const TOLERANCE_SECONDS = 5;
/** Longest `exp` - `iat` accepted: a day. */
const MOST_SECONDS = 86_400;

/** Bearer: a signed JWT (RFC 7519) whose subject is the caller; permissions from `permissions` or `scope`. */
export function bearerScheme(rules: TokenRules, clock: Clock): SchemeHandler {
  return async (request) => {
    const header = authorization(request, "bearer");
    if (typeof header === "string") return header;
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(header.value)) return "malformed";
    try {
      return callerOf(await verified(header.value, rules, clock), clock);
    } catch (error) {
      return failureOf(error);
    }
  };
}

async function verified(token: string, { keys, issuer, audience }: TokenRules, clock: Clock): Promise<JWTPayload> {
  // Without a kid, jose takes the only key that fits: a rotated set would then verify by luck.
  if (!decodeProtectedHeader(token).kid) throw new errors.JWTInvalid("kid is required");
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ALGORITHMS,
    issuer,
    audience,
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: ["exp", "iat", "sub"],
    currentDate: clock(),
  });
  return payload;
}

function callerOf(payload: JWTPayload, clock: Clock): Caller | Failure {
  const { sub, iat = 0, exp = Number.POSITIVE_INFINITY } = payload;
  const isFromTheFuture = iat > clock().getTime() / 1_000 + TOLERANCE_SECONDS;
  // jose checks that the claim is there, not that it is a string (RFC 7519 section 4.1.2).
  if (typeof sub !== "string" || sub === "" || isFromTheFuture || !(exp - iat <= MOST_SECONDS)) return "wrong";
  return { id: sub, permissions: permissionsOf(payload) };
}

function permissionsOf({ permissions, scope }: JWTPayload): string[] {
  if (Array.isArray(permissions)) return permissions.filter((permission) => typeof permission === "string");
  return typeof scope === "string" ? scope.split(" ") : [];
}

/** What jose or its decoder refuses is the token's fault; anything else is ours. */
function failureOf(error: unknown): Failure {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JOSEError || error instanceof TypeError) return "wrong";
  throw error;
}
