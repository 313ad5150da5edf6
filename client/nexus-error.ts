import { type Operations, PROBLEM_STATUSES } from "../generated/operations.ts";
import { type NetworkReason, TEXT_LIMIT, textOf, violationsIn } from "./causes.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { printable } from "./text.ts";

/**
 * - `http`: a response other than 2xx; see `status` and `problem`
 * - `network`: no response, or an incomplete one; see `reason`
 * - `timeout`: the last attempt exceeded `timeoutMs`, or the call exceeded `deadlineMs`. The operation may have been done;
 *   repeating the call is safe if it is idempotent
 * - `aborted`: by the caller's signal, whose reason is the `cause`
 * - `auth`: a secret is unavailable, empty, not a string, or contains characters not allowed in a header
 * - `decode`: a 2xx without the content in the contract, for a sync a JSON object, or any response over `maxResponseBytes`
 * - `validation`: a 2xx whose body does not match `responseSchema`, or for which it failed; the operation was done
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

/** The problem document of a status, of any operation that declares it; possibly undefined if one of them has no JSON. */
type ProblemOf<Status, Problem = ProblemIn<Status>> = [Problem] extends [never] ? NexusError["problem"] : Problem;
type ProblemIn<Status, Answer = ErrorAnswer> = Answer extends { status: infer Declared; body?: infer Body }
  ? Status extends Declared
    ? JsonObject<Body>
    : never
  : never;
type JsonObject<Body> = Body extends readonly unknown[] | Uint8Array
  ? undefined
  : Body extends object
    ? Body
    : undefined;

/** The headers that the contract declares for a status, of any operation that declares it. */
type HeadersOf<Status, Declared = HeadersIn<Status>> = [Declared] extends [never] ? unknown : Declared;
type HeadersIn<Status, Answer = ErrorAnswer> = Answer extends { status: infer Declared }
  ? Status extends Declared
    ? Answer extends { headers: infer Names }
      ? Names
      : unknown
    : never
  : never;

export interface NexusErrorDetails {
  cause?: unknown;
  status?: number | undefined;
  reason?: NetworkReason | undefined;
  problem?: ErrorAnswer["body"] | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  attempts?: number | undefined;
  durationMs?: number | undefined;
  headers?: Headers | undefined;
}

const BRAND = Symbol.for("nexus-sync-client.NexusError");

/**
 * The only error of this package. Its message and its JSON contain no user id, body or credential; each text in them is
 * one line of at most 256 characters. `problem` is unchanged. `instanceof` is true for errors of every copy of the package.
 */
export class NexusError extends Error {
  override readonly name = "NexusError";
  declare readonly kind: NexusErrorKind;
  /** HTTP status; kinds `http`, `decode` and `redirect` only. */
  declare readonly status: number | undefined;
  /** Always set for kind `network`, and only for it. */
  declare readonly reason: NetworkReason | undefined;
  /** The problem document (RFC 9457); undefined if the response has none. */
  declare readonly problem: ErrorAnswer["body"] | undefined;
  /** Headers of the response; kinds `http`, `decode` and `redirect` only. Not enumerable: loggers leave them out. */
  declare readonly headers: Headers | undefined;
  /** X-Request-Id, which the server logs. */
  declare readonly requestId: string | undefined;
  /** Milliseconds to wait before the next attempt, from Retry-After. */
  declare readonly retryAfterMs: number | undefined;
  /** Requests sent; 0 if the error is not one of a call. */
  declare readonly attempts: number;
  /** Milliseconds from the start of the call; 0 if the error is not one of a call. */
  declare readonly durationMs: number;

  constructor(kind: NexusErrorKind, message: string, { cause, headers, ...details }: NexusErrorDetails = {}) {
    super(printable(message, TEXT_LIMIT), cause === undefined ? undefined : { cause });
    Object.defineProperties(this, { [BRAND]: { value: true }, headers: { value: headers } });
    const { status, reason, problem, requestId, retryAfterMs, attempts = 0, durationMs = 0 } = details;
    Object.assign(this, { kind, status, reason, problem, requestId, retryAfterMs, attempts, durationMs });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isNexusError(value);
  }

  toJSON(): Record<string, unknown> {
    const { name, kind, message, status, reason, problem, requestId, retryAfterMs, attempts, durationMs } = this;
    const members = { name, kind, message, status, reason, requestId, retryAfterMs, attempts, durationMs };
    return { ...members, problemType: textOf(Object(problem).type), violations: violationsIn(problem, 10) };
  }
}

/** True for a NexusError of any copy of this package. */
export function isNexusError(error: unknown): error is NexusError {
  return BRAND in Object(error);
}

/**
 * True if the response had this status; narrows `problem` and `headers` to the contract's types. If the contract declares
 * a problem document for the status, the response must have had one. For other statuses `problem` may be undefined.
 */
export function hasStatus<Status extends number>(
  error: unknown,
  status: Status,
): error is NexusError & { status: Status; problem: ProblemOf<Status>; headers: ResponseHeaders<HeadersOf<Status>> } {
  return (
    isNexusError(error) &&
    error.status === status &&
    (error.problem !== undefined || !PROBLEM_STATUSES.includes(status))
  );
}
