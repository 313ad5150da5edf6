import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { Handlers } from "../generated/operations.ts";
import { accessLog } from "./http/access-log.ts";
import { jsonBody } from "./http/body.ts";
import { dispatch } from "./http/dispatch.ts";
import { acceptable, contentType } from "./http/media-types.ts";
import { sendProblem } from "./http/problem.ts";
import { requestId } from "./http/request-id.ts";
import { pathParameters, route } from "./http/route.ts";
import { type SchemeHandlers, security } from "./http/security.ts";
import type { RequestContext } from "./sync-user-identity.ts";

export interface AppOptions {
  schemes: SchemeHandlers;
  contract: RequestHandler[];
  handlers: Handlers<RequestContext>;
  /** Bytes. */
  bodyLimit: number;
  log: Logger;
}

/** The way in, read as a list: each stage either refuses by a thrown Problem or hands on. */
export function createApp({ schemes, contract, handlers, bodyLimit, log }: AppOptions): Express {
  const app = express()
    .disable("x-powered-by")
    .disable("etag")
    .enable("strict routing")
    .enable("case sensitive routing");
  app.use(requestId, accessLog(log));
  app.use(route);
  app.use(security(schemes));
  app.use(pathParameters);
  app.use(acceptable, contentType);
  app.use(jsonBody(bodyLimit));
  app.use(...contract);
  app.use(dispatch(handlers, ({ caller }) => ({ caller })));
  app.use(sendProblem(log));
  return app;
}
