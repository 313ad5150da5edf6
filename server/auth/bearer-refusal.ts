import { errors } from "jose";
import type { Refusal } from "./security.ts";

/** A token that a check of this server rejects. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Names of the claims that jose checks, in reason codes. */
const CLAIMS: Readonly<Record<string, string>> = {
  ...{ iss: "issuer", aud: "audience", sub: "subject", exp: "expiry", iat: "issue-time", nbf: "not-before" },
};

/** By jose's error code. */
const REASONS: Readonly<Record<string, string>> = {
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "signature-wrong",
  ERR_JWKS_NO_MATCHING_KEY: "key-not-found",
  ERR_JWT_INVALID: "claims-malformed",
};

/**
 * Errors of the checks, of jose, its decoder and the key import mean an invalid token. Other errors, such as an
 * unavailable key set, are rethrown.
 */
export function refusalOf(error: unknown): Refusal {
  const reason = reasonOf(error);
  return { failure: error instanceof errors.JWTExpired ? "expired" : "wrong", reason };
}

/** A fixed code: never a part of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof TokenRefused) return error.reason;
  if (error instanceof errors.JWTExpired) return error.claim === "exp" ? "expired" : "lifetime-too-long";
  if (error instanceof errors.JWTClaimValidationFailed) return claimReason(error);
  if (error instanceof errors.JOSEError) return REASONS[error.code] ?? "not-accepted";
  if (error instanceof TypeError || error instanceof DOMException) return "malformed";
  throw error;
}

function claimReason({ claim, reason }: errors.JWTClaimValidationFailed): string {
  const name = CLAIMS[claim] ?? "claim";
  if (reason === "missing" || reason === "invalid") return `${name}-${reason}`;
  return claim === "iat" || claim === "nbf" ? `${name}-in-the-future` : `${name}-mismatch`;
}
