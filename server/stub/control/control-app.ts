import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { Clock } from "../../clock.ts";
import { loadContract } from "../../contract/contract.ts";
import { jsonBody } from "../../http/body.ts";
import { headerLimit } from "../../http/limits.ts";
import { contentType } from "../../http/negotiation.ts";
import { requestContext } from "../../http/request-log.ts";
import { dispatch } from "../../http/respond.ts";
import { pathParameters, router } from "../../http/router.ts";
import type { Shutdown } from "../../http/shutdown.ts";
import { sessionOf } from "../record.ts";
import type { Sessions } from "../sessions.ts";
import { ownHost, ownOrigin, requireToken, securityHeaders } from "./guard.ts";
import { createControlHandlers } from "./handlers.ts";
import { controlPages } from "./pages.ts";
import { controlProblemHandler } from "./problem.ts";
import { sendControl } from "./send.ts";

export interface ControlAppOptions {
  url: string;
  token: string | undefined;
  /** URL of the main port; undefined before it listens. */
  stubUrl: () => string | undefined;
  shutdown: Pick<Shutdown, "isOpen" | "closes">;
  sessions: Sessions;
  clock: Clock;
  log: Logger;
}

const DOCUMENT = new URL("../../../generated/control/openapi.json", import.meta.url);
/** Bytes. */
const DIRECTORY_LIMIT = 10_485_760;
const BODY_LIMIT = 262_144;

/** The pipeline of the control port: first the checks against pages of other origins, then as on the main port. */
export function createControlApp(options: ControlAppOptions): Express {
  const { url, token, stubUrl, shutdown, sessions, clock, log } = options;
  const contract = loadContract(DOCUMENT);
  const selectSession: RequestHandler = async (request, response, next) => {
    await sessionOf(sessions, request, response);
    next();
  };
  return express()
    .disable("x-powered-by")
    .disable("etag")
    .use(
      requestContext(shutdown),
      securityHeaders,
      headerLimit,
      ownHost(url),
      ownOrigin,
      controlPages(stubUrl),
      router(contract.operations),
      requireToken(token),
      pathParameters,
      contentType,
      jsonBody(BODY_LIMIT, { ReplaceDirectory: DIRECTORY_LIMIT }),
      lazily(() => contract.requestValidation()),
      selectSession,
      dispatch(createControlHandlers(clock), sendControl),
    )
    .use(controlProblemHandler(log));
}

/** Made at the first request: compiling the schemas takes longer than the rest of a start. */
function lazily(make: () => RequestHandler[]): RequestHandler {
  const lazy: { router?: express.Router } = {};
  return (request, response, next) => {
    lazy.router ??= express.Router().use(...make());
    lazy.router(request, response, next);
  };
}
