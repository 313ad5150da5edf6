import type { Operations } from "../generated/operations.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { printable } from "./text.ts";

/**
 * - `http`: a response other than 2xx; see `status` and `problem`
 * - `network`: no response, or an incomplete one
 * - `timeout`: the last attempt exceeded `timeoutMs`, or the call exceeded `deadlineMs`. The operation may have been done;
 *   repeating the call is safe if it is idempotent
 * - `aborted`: by the caller's signal
 * - `auth`: a secret is unavailable, or contains characters not allowed in a header
 * - `decode`: a 2xx without the content in the contract, for a sync a JSON object, or any response over `maxResponseBytes`
 * - `validation`: a 2xx whose body does not match `responseSchema`; the operation was done
 * - `redirect`: not followed, because the credentials would go to another origin
 * - `config`: an invalid argument; nothing was sent
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

/** Every 4xx and 5xx response that the contract declares. */
export type ErrorAnswer = ErrorsIn<Operations[keyof Operations]["response"]>;
type ErrorsIn<Answer> = Answer extends { status: infer Status extends number }
  ? `${Status}` extends `${4 | 5}${string}`
    ? Answer
    : never
  : never;

/** The problem document of a status, of any operation that declares it. */
type ProblemOf<Status, Answer = ErrorAnswer> = Answer extends { status: infer Declared; body?: infer Body }
  ? Status extends Declared
    ? Extract<Body, object>
    : never
  : never;

/** The headers that the contract declares for a status, of any operation that declares it. */
type HeadersOf<Status, Answer = ErrorAnswer> = Answer extends { status: infer Declared }
  ? Status extends Declared
    ? Answer extends { headers: infer Names }
      ? Names
      : unknown
    : never
  : never;

export interface NexusErrorDetails {
  cause?: unknown;
  status?: number | undefined;
  problem?: ErrorAnswer["body"] | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  headers?: Headers | undefined;
}

const BRAND = Symbol.for("nexus-sync-client.NexusError");
/** Characters. */
const TEXT_LIMIT = 256;

/**
 * The only error of this package. Its message and its JSON contain no user id, body or credential; each text in them is
 * one line of at most 256 characters. `problem` is unchanged.
 */
export class NexusError extends Error {
  override readonly name = "NexusError";
  declare readonly kind: NexusErrorKind;
  /** HTTP status; kinds `http`, `decode` and `redirect` only. */
  declare readonly status: number | undefined;
  /** The problem document (RFC 9457); undefined if the response has none. */
  declare readonly problem: ErrorAnswer["body"] | undefined;
  /** Headers of the response; kinds `http`, `decode` and `redirect` only. Not enumerable: loggers leave them out. */
  declare readonly headers: Headers | undefined;
  /** X-Request-Id, which the server logs. */
  declare readonly requestId: string | undefined;
  /** Milliseconds to wait before the next attempt, from Retry-After. */
  declare readonly retryAfterMs: number | undefined;

  constructor(kind: NexusErrorKind, message: string, { cause, ...details }: NexusErrorDetails = {}) {
    super(printable(message, TEXT_LIMIT), cause === undefined ? undefined : { cause });
    Object.defineProperties(this, { [BRAND]: { value: true }, headers: { value: details.headers } });
    const { status, problem, requestId, retryAfterMs } = details;
    Object.assign(this, { kind, status, problem, requestId, retryAfterMs });
  }

  toJSON(): Record<string, unknown> {
    const { name, kind, message, status, problem, requestId, retryAfterMs } = this;
    // The server may send any JSON object, and an operation may declare one without a type.
    const { type } = (problem ?? {}) as { type?: unknown };
    const problemType = typeof type === "string" ? printable(type, TEXT_LIMIT) : undefined;
    return { name, kind, message, status, problemType, requestId, retryAfterMs };
  }
}

/** True for a NexusError of any copy of this package. */
export function isNexusError(error: unknown): error is NexusError {
  return error instanceof Error && BRAND in error;
}

/** True if the response had this status and a problem document; narrows `problem` and `headers` to the contract's types. */
export function hasStatus<Status extends ErrorAnswer["status"]>(
  error: unknown,
  status: Status,
): error is NexusError & { status: Status; problem: ProblemOf<Status>; headers: ResponseHeaders<HeadersOf<Status>> } {
  return isNexusError(error) && error.status === status && error.problem !== undefined;
}
