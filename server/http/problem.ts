import type { ErrorRequestHandler, Response } from "express";
import type { Logger } from "pino";
import type {
  BodyViolation,
  ParameterViolation,
  ProblemDetails,
  ValidationProblemDetails,
} from "../../generated/types.ts";
import { violationsOf } from "../contract/request-validation.ts";
import type { Metrics } from "./metrics.ts";
import { REFUSALS, type Refusal, type RefusalKey } from "./problem-types.ts";
import { type SendAnswer, sendJson } from "./send.ts";

export type Violation = BodyViolation | ParameterViolation;

export interface ProblemOptions {
  /** What exactly is wrong, for the caller: never an echo of what was sent. */
  detail?: string;
  violations?: readonly Violation[];
  headers?: Readonly<Record<string, string | string[]>>;
  cause?: unknown;
}

/** Most violations that one answer lists: a body of 256 kB can hold 100,000. */
const MAX_VIOLATIONS = 1_000;

/** A refusal on its way to `sendProblem`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly key: RefusalKey;
  readonly options: ProblemOptions;

  constructor(key: RefusalKey, options: ProblemOptions = {}) {
    // A refusal tells nothing by where it was thrown, and to note that would cost a third of it.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(REFUSALS[key].title, { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.key = key;
    this.options = options;
  }
}

/** The one place where a refusal or a failure becomes an answer (RFC 9457). What is not a refusal is a 500. */
export function sendProblem(
  log: Logger,
  metrics: Pick<Metrics, "violated">,
  send: SendAnswer = sendJson,
): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const problem = asProblem(error);
    const { key, options } = problem;
    note(problem, error, response);
    response.locals.problem ??= key;
    // A client that broke off, or an answer that has begun: there is nobody, or nothing right, left to tell.
    if (response.headersSent || request.socket.destroyed) {
      response.destroy();
      return;
    }
    // Whoever waits to be asked for a body may send it all the same: what comes next on this connection is uncertain.
    if (request.headers.expect !== undefined && !request.complete) response.shouldKeepAlive = false;
    for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value);
    const body = problemBody(problem, response.locals.requestId);
    send(response, { status: REFUSALS[key].status, mediaType: "application/problem+json", body });
  };

  function note({ key, options }: Problem, error: unknown, { locals }: Response): void {
    if (options.violations) {
      locals.violations = options.violations;
      metrics.violated("request", options.violations.length);
    }
    if (REFUSALS[key].status < 500) return;
    const cause = options.cause ?? error;
    // What passes needs no stack: an outage has many of these lines.
    if (key === "unavailable") log.error({ requestId: locals.requestId, reason: reasonOf(cause) }, key);
    else log.error({ requestId: locals.requestId, err: cause }, key);
  }
}

/** What an error says, and what its causes say beyond that. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const below = error.cause === undefined ? "" : reasonOf(error.cause);
  return error.message.includes(below) ? error.message : `${error.message}: ${below}`;
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const violations = violationsOf(error);
  return violations ? new Problem("invalid-request", { violations }) : new Problem("internal-error", { cause: error });
}

function problemBody({ key, options }: Problem, requestId: string): ProblemDetails | ValidationProblemDetails {
  const { status, title, detail: usual }: Refusal = REFUSALS[key];
  const { detail = usual, violations = [] } = options;
  const problem = { type: `urn:nexus-sync:problem:${key}`, title, status, instance: requestId };
  if (key !== "invalid-request") return detail === undefined ? problem : { ...problem, detail };
  const cut =
    violations.length > MAX_VIOLATIONS ? ` The first ${MAX_VIOLATIONS} of ${violations.length} are listed.` : "";
  const found = detail ?? `${violations.length} violation${violations.length === 1 ? "" : "s"} found.${cut}`;
  return { ...problem, detail: found, errors: violations.slice(0, MAX_VIOLATIONS) };
}
