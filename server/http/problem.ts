import type { ErrorRequestHandler } from "express";
import type { Logger } from "pino";
import type { Operations } from "../../generated/operations.ts";
import type {
  BodyViolation,
  ParameterViolation,
  ProblemDetails,
  ValidationProblemDetails,
} from "../../generated/types.ts";
import { violationsOf } from "./contract.ts";
import { sendJson } from "./send.ts";

type ErrorStatus = Exclude<Operations[keyof Operations]["answer"]["status"], 200>;

interface Refusal {
  status: ErrorStatus;
  title: string;
  /** What the caller can do, where the refusal itself brings no other words. */
  detail?: string;
}

/** Every way this server refuses on purpose. The key is the stable part of `type`. */
export const REFUSALS = {
  "invalid-request": { status: 400, title: "The request does not match the contract" },
  unauthenticated: { status: 401, title: "Valid credentials are required" },
  forbidden: { status: 403, title: "The credentials lack the permission this operation needs" },
  "unknown-user": {
    status: 404,
    title: "No user has this id",
    detail: "A sync creates no users. Nothing was written.",
  },
  "unknown-path": { status: 404, title: "Nothing is served at this path" },
  "method-not-allowed": {
    status: 405,
    title: "This path does not offer this method",
    detail: "The header Allow lists the methods of this path.",
  },
  "not-acceptable": { status: 406, title: "The answer can't be sent in a media type you accept" },
  "content-too-large": { status: 413, title: "The body is larger than this server accepts" },
  "unsupported-media-type": {
    status: 415,
    title: "The body is in a media type or coding this operation does not take",
  },
  "too-many-requests": {
    status: 429,
    title: "Too many wrong secrets; wait before trying again",
    detail: "The header Retry-After says how long to wait.",
  },
  "internal-error": {
    status: 500,
    title: "The server failed; the cause is in its log",
    detail: "The log has the cause under the request id. Sending the request again is safe.",
  },
  unavailable: {
    status: 503,
    title: "The server can't answer right now; repeat the request later",
    detail: "The header Retry-After says how long to wait. Sending the request again is safe.",
  },
} as const satisfies Record<string, Refusal>;

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
  readonly key: keyof typeof REFUSALS;
  readonly options: ProblemOptions;

  constructor(key: keyof typeof REFUSALS, options: ProblemOptions = {}) {
    super(REFUSALS[key].title, { cause: options.cause });
    this.key = key;
    this.options = options;
  }
}

/** The one place where a refusal or a failure becomes an answer (RFC 9457). What is not a refusal is a 500. */
export function sendProblem(log: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const problem = asProblem(error);
    const { key, options } = problem;
    const { status } = REFUSALS[key];
    if (status >= 500) log.error({ requestId: response.locals.requestId, err: options.cause ?? error }, key);
    response.locals.problem = key;
    // A client that broke off, or an answer that has begun: there is nobody, or nothing right, left to tell.
    if (response.headersSent || request.socket.destroyed) {
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value);
    sendJson(response, {
      status,
      mediaType: "application/problem+json",
      body: problemBody(problem, response.locals.requestId),
    });
  };
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
  if (status !== 400) return detail === undefined ? problem : { ...problem, detail };
  const cut =
    violations.length > MAX_VIOLATIONS ? ` The first ${MAX_VIOLATIONS} of ${violations.length} are listed.` : "";
  const found = detail ?? `${violations.length} violation${violations.length === 1 ? "" : "s"} found.${cut}`;
  return { ...problem, detail: found, errors: violations.slice(0, MAX_VIOLATIONS) };
}
