import type { ErrorRequestHandler, Response } from "express";
import type { Logger } from "pino";
import type { ProblemDetails, ValidationProblemDetails } from "../../generated/types.ts";
import { type Violation, violationsIn } from "../contract/violations.ts";
import type { Metrics } from "./metrics.ts";
import { PROBLEM_TYPES, type ProblemKey, type ProblemType } from "./problem-types.ts";
import { type Send, send as sendPlain } from "./respond.ts";

export interface ProblemOptions {
  /** For the caller. Never repeats a value of the request. */
  detail?: string;
  violations?: readonly Violation[];
  headers?: Readonly<Record<string, string | string[]>>;
  cause?: unknown;
}

/** A problem type in addition to those of the service. */
export interface OwnProblemType extends ProblemType {
  key: string;
}

/** Maximum number of violations in a response: a body of 256 kB can have 100,000. */
const MAX_VIOLATIONS = 1_000;

/** Thrown to end a request with a problem document; see `problemHandler`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly type: OwnProblemType;
  readonly options: ProblemOptions;

  constructor(type: ProblemKey | OwnProblemType, options: ProblemOptions = {}) {
    const resolved = typeof type === "string" ? { key: type, ...PROBLEM_TYPES[type] } : type;
    // The stack is not used, and recording it is a third of the cost of an error response.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(resolved.title, { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.type = resolved;
    this.options = options;
  }
}

/** Builds the body of every error response (RFC 9457). */
export function problemDocument(
  type: ProblemKey | OwnProblemType,
  requestId: string,
  { detail, violations = [] }: ProblemOptions = {},
): ProblemDetails | ValidationProblemDetails {
  const { key, status, title, detail: fallback } = typeof type === "string" ? { key: type, ...typeOf(type) } : type;
  const problem = { type: `urn:nexus-sync:problem:${key}`, title, status, instance: requestId };
  const text = detail ?? fallback;
  if (key !== "invalid-request") return text === undefined ? problem : { ...problem, detail: text };
  const cut = violations.length > MAX_VIOLATIONS ? ` The first ${MAX_VIOLATIONS} are listed.` : "";
  const count = `${violations.length} violation${violations.length === 1 ? "" : "s"} found.${cut}`;
  return { ...problem, detail: text ?? count, errors: violations.slice(0, MAX_VIOLATIONS) };
}

function typeOf(key: ProblemKey): ProblemType {
  return PROBLEM_TYPES[key];
}

export interface ProblemHandlerOptions {
  log: Logger;
  /** Counts the violations of requests. */
  metrics?: Pick<Metrics, "violations">;
  send?: Send;
}

/** The error handler: sends a Problem, or a 500 for any other error, and logs the cause of every 5xx. */
export function problemHandler({ log, metrics, send = sendPlain }: ProblemHandlerOptions): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const problem = asProblem(error);
    const { type, options } = problem;
    if (options.violations) {
      response.locals.violations = options.violations;
      metrics?.violations.inc({ side: "request" }, options.violations.length);
    }
    if (type.status >= 500) logCause(log, problem, response);
    response.locals.problem ??= type.key;
    // The client has disconnected, or part of a response is already sent.
    if (response.headersSent || request.socket.destroyed) {
      response.destroy();
      return;
    }
    // A client that waits for "100 Continue" may still send its body, which would be parsed as the next request.
    const isAwaitingContinue = request.headers.expect !== undefined && !request.complete;
    const headers = { ...options.headers, ...(isAwaitingContinue && { Connection: "close" }) };
    const body = problemDocument(type, response.locals.requestId, options);
    send(response, { status: type.status, mediaType: "application/problem+json", headers, body });
  };
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const violations = violationsIn(error);
  return violations ? new Problem("invalid-request", { violations }) : new Problem("internal-error", { cause: error });
}

function logCause(log: Logger, { type, options }: Problem, { locals }: Response): void {
  const { requestId } = locals;
  if (type.key === "overloaded" || (type.key === "unavailable" && options.cause === undefined)) return;
  // An outage logs many of these lines, and the stack does not help.
  if (type.key === "unavailable") log.error({ requestId, reason: reasonOf(options.cause) }, type.key);
  else log.error({ requestId, err: options.cause ?? type.title }, type.key);
}

/** The message of an error, and the messages of its causes that it does not contain. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : reasonOf(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
