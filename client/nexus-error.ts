import type { SyncUserIdentityResponse } from "../generated/operations.ts";

/**
 * What went wrong:
 * - `http`: an answer other than 2xx; see `status` and `problem`
 * - `network`: no answer, or it broke off
 * - `timeout`: `timeoutMs` passed at the last attempt, or `deadlineMs` in all; whether the sync was stored is unknown,
 *   repeating it is safe
 * - `aborted`: the caller's signal
 * - `auth`: a secret could not be had, or can't be sent in a header
 * - `decode`: a 2xx whose body is not a JSON object
 * - `validation`: a 2xx whose body does not fit `responseSchema`; the sync was stored
 * - `redirect`: an answer that points elsewhere; never followed, for it would take the credentials along
 * - `config`: an argument that can't be used; nothing was sent
 */
export type NexusErrorKind =
  | "http"
  | "network"
  | "timeout"
  | "aborted"
  | "auth"
  | "decode"
  | "validation"
  | "redirect"
  | "config";

export type ErrorAnswer = Exclude<SyncUserIdentityResponse, { status: 200 }>;

export interface NexusErrorDetails {
  cause?: unknown;
  status?: number | undefined;
  problem?: ErrorAnswer["body"] | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
}

const BRAND = Symbol.for("nexus-sync-client.NexusError");
const MESSAGE_LIMIT = 256;

/** The one error of this package. Neither its message nor its JSON holds a user id, a body or a credential. */
export class NexusError extends Error {
  override readonly name = "NexusError";
  readonly kind: NexusErrorKind;
  /** HTTP status; kinds `http`, `decode` and `redirect` only. */
  readonly status: number | undefined;
  /** The problem document (RFC 9457); undefined where the answer was none. */
  readonly problem: ErrorAnswer["body"] | undefined;
  /** X-Request-Id: the server's log knows the request by it. */
  readonly requestId: string | undefined;
  /** Milliseconds to wait before the next try, where the server said (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(kind: NexusErrorKind, message: string, { cause, ...details }: NexusErrorDetails = {}) {
    super(message.slice(0, MESSAGE_LIMIT), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, BRAND, { value: true });
    this.kind = kind;
    this.status = details.status;
    this.problem = details.problem;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }

  toJSON(): Record<string, unknown> {
    const { name, kind, message, status, requestId, retryAfterMs } = this;
    return { name, kind, message, status, problemType: this.problem?.type, requestId, retryAfterMs };
  }
}

/** True for a NexusError of any copy of this package. */
export function isNexusError(error: unknown): error is NexusError {
  return error instanceof Error && BRAND in error;
}

/** True if the server answered with this status and a problem document, whose type then is the contract's. */
export function hasStatus<Status extends ErrorAnswer["status"]>(
  error: unknown,
  status: Status,
): error is NexusError & { status: Status; problem: Extract<ErrorAnswer, { status: Status }>["body"] } {
  return isNexusError(error) && error.status === status && error.problem !== undefined;
}
