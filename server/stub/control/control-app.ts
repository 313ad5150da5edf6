import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { DemoCredential, Journal } from "../../../generated/control/types.ts";
import type { Clock } from "../../clock.ts";
import type { Contract } from "../../contract/contract.ts";
import { type Violation, violationsIn } from "../../contract/violations.ts";
import { DirectoryRefused } from "../../directory/directory-refused.ts";
import { jsonBody } from "../../http/body.ts";
import { headerLimit } from "../../http/limits.ts";
import { contentType } from "../../http/negotiation.ts";
import { Problem, problemHandler } from "../../http/problem.ts";
import { requestContext } from "../../http/request-log.ts";
import { dispatch, type Send, send } from "../../http/respond.ts";
import { originForm, pathParameters, router, validHost } from "../../http/router.ts";
import type { Shutdown } from "../../http/shutdown.ts";
import { StoreUnavailable } from "../../store/store.ts";
import { UnknownOperation } from "../operation-id.ts";
import { openStore, type Sessions, selectSession } from "../sessions.ts";
import { controlContract } from "./control-contract.ts";
import { faultViolations } from "./fault-violations.ts";
import { ownHost, ownOrigin, requireToken, securityHeaders } from "./guard.ts";
import { createControlHandlers } from "./handlers.ts";
import { contractDocument, controlPages } from "./pages.ts";

export interface ControlAppOptions {
  url: string;
  token: string | undefined;
  /** URL of the main port; undefined before it listens. */
  stubUrl: () => string | undefined;
  shutdown: Pick<Shutdown, "isOpen" | "closes">;
  sessions: Sessions;
  clock: Clock;
  /** Demo credentials only; empty if the stub has others. */
  credentials: DemoCredential[];
  log: Logger;
}

/** Bytes. */
const BODY_LIMIT = 262_144;
const DIRECTORY_LIMIT = 10_485_760;

/**
 * The pipeline of the control port: checks against pages of other origins, then the same middleware as the main port. It
 * has no `Router`, because that needs the global setImmediate, which a test may have replaced.
 */
export function createControlApp(options: ControlAppOptions): Express {
  const { url, token, stubUrl, shutdown, sessions, log } = options;
  const contract = controlContract();
  return express()
    .disable("x-powered-by")
    .disable("etag")
    .use(
      requestContext(shutdown),
      securityHeaders,
      validHost,
      originForm,
      headerLimit,
      ownHost(url),
      ownOrigin,
      ...controlPages(stubUrl),
    )
    .get("/openapi.json", contractDocument(stubUrl))
    .use(
      router(contract.operations),
      requireToken(token),
      pathParameters,
      contentType,
      jsonBody(BODY_LIMIT, { ReplaceDirectory: DIRECTORY_LIMIT }),
      ...contract.requestValidation(),
      selectSession(sessions),
      openSession,
      dispatch(createControlHandlers(options), { send: sendControl, contract }),
    )
    .use(shortenFaults(contract), translateErrors, problemHandler({ log }));
}

const openSession: RequestHandler = async (_request, response, next) => {
  await openStore(response);
  next();
};

/** Sends the journal only if it differs from the one the client has (If-None-Match): the page requests it every second. */
const sendControl: Send = (response, reply) => {
  if (response.locals.operation.id !== "ListRequests") return send(response, reply);
  // The handler's type guarantees it.
  const { requests, evicted } = reply.body as Journal;
  const [latest] = requests;
  // Entries are only added, or all removed, so the latest one and the counts identify a state.
  const headers = { ETag: `"${[evicted, requests.length, latest?.at, latest?.durationMs].join("-")}"` };
  const isUnchanged = response.req.headers["if-none-match"] === headers.ETag;
  send(response, isUnchanged ? { status: 304, headers } : { ...reply, headers });
};

/** Reports the violations of a fault for its kind only. */
function shortenFaults(contract: Contract): ErrorRequestHandler {
  return (error, request, response, next) => {
    const violations = response.locals.operation?.id === "ReplaceFaults" ? violationsIn(error) : undefined;
    if (!violations) return next(error);
    next(new Problem("invalid-request", { violations: faultViolations(contract, request.body, violations) }));
  };
}

/** Translates the errors of a session's directory and store into problems. */
const translateErrors: ErrorRequestHandler = (error, _request, _response, next) => {
  if (error instanceof DirectoryRefused)
    return next(new Problem("invalid-request", { detail: error.message, violations: error.problems.map(violationIn) }));
  if (error instanceof UnknownOperation) return next(new Problem("invalid-request", { violations: [error.violation] }));
  if (error instanceof StoreUnavailable)
    return next(new Problem("unavailable", { headers: { "Retry-After": "1" }, cause: error }));
  next(error);
};

/** A directory problem reads `directory /users/0/id: must be string`; without a pointer it is about the whole directory. */
function violationIn(problem: string): Violation {
  const [, pointer = "", detail = problem] = /^directory ?(\S*?): (.*)$/s.exec(problem) ?? [];
  return { pointer, detail };
}
