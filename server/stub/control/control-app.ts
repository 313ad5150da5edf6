import type { RequestListener } from "node:http";
import express, { type RequestHandler } from "express";
import type { Logger } from "pino";
import { OPERATIONS } from "../../../generated/control/operations.ts";
import type { Clock } from "../../clock.ts";
import { contractValidator } from "../../contract/request-validation.ts";
import { jsonBody } from "../../http/body.ts";
import { headerCount } from "../../http/header-count.ts";
import { inOrder } from "../../http/in-order.ts";
import { createContentType } from "../../http/negotiation.ts";
import { requestId } from "../../http/request-id.ts";
import { createRoute, pathParameters } from "../../http/router.ts";
import { sessionOf } from "../record.ts";
import type { Sessions } from "../sessions.ts";
import { guardedAnswer, ownHost, ownOrigin } from "./guard.ts";
import { controlPages } from "./pages.ts";
import { sendControlProblem } from "./problem.ts";
import { controlAnswer } from "./respond.ts";
import { bearsToken } from "./token.ts";

export interface ControlAppOptions {
  /** Where it listens. */
  url: string;
  token: string | undefined;
  /** Where the stub itself listens; undefined while it does not yet. */
  stubUrl: () => string | undefined;
  sessions: Sessions;
  clock: Clock;
  log: Logger;
}

const CONTRACT = lazily(() => contractValidator(new URL("../../../generated/control/openapi.json", import.meta.url)));
/** Bytes. */
const DIRECTORY_LIMIT = 10_485_760;
const USUAL_LIMIT = 262_144;
const TAKES_NONE = new Set(
  Object.entries(OPERATIONS).flatMap(([id, { requestMediaTypes }]) => (requestMediaTypes.length === 0 ? [id] : [])),
);

/** The way in to the control port, as a list: first what keeps strangers' pages out, then the same as on the main port. */
export function createControlApp({ url, token, stubUrl, sessions, clock, log }: ControlAppOptions): RequestListener {
  const app = express().disable("x-powered-by").disable("etag");
  app.use(
    inOrder(
      requestId,
      guardedAnswer,
      headerCount,
      ownHost(url),
      ownOrigin,
      controlPages(stubUrl),
      headAsGet,
      createRoute(OPERATIONS),
      bearsToken(token),
      pathParameters,
      createContentType(OPERATIONS),
      limitedBody(),
      CONTRACT,
      inSession(sessions),
      controlAnswer(clock),
    ),
  );
  app.use(sendControlProblem(log));
  return app;
}

/** Node itself leaves out the body of an answer to HEAD. */
const headAsGet: RequestHandler = (request, _response, next) => {
  if (request.method === "HEAD") request.method = "GET";
  next();
};

/** What an operation without a body is sent all the same is left unread. */
function limitedBody(): RequestHandler {
  const [large, usual] = [jsonBody(DIRECTORY_LIMIT), jsonBody(USUAL_LIMIT)];
  return (request, response, next) => {
    const operationId: string = response.locals.operationId;
    if (TAKES_NONE.has(operationId)) return next();
    return (operationId === "ReplaceDirectory" ? large : usual)(request, response, next);
  };
}

/** Made at the first request, for all ports of this process: its schemas take longer than the rest of a start. */
function lazily(make: () => RequestHandler): RequestHandler {
  let made: RequestHandler | undefined;
  return (request, response, next) => {
    made ??= make();
    return made(request, response, next);
  };
}

/** As on the main port: "" where none is named, and made at its first use. */
function inSession(sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    await sessionOf(sessions, request, response);
    next();
  };
}
