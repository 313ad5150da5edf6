import type { RequestListener } from "node:http";
import express, { type RequestHandler } from "express";
import type { Logger } from "pino";
import type { Handlers } from "../generated/operations.ts";
import { type SchemeHandlers, security } from "./auth/security.ts";
import type { RequestContext } from "./handlers/sync-user-identity.ts";
import { type AccessLogOptions, accessLog } from "./http/access-log.ts";
import { jsonBody } from "./http/body.ts";
import { cors } from "./http/cors.ts";
import { dispatch } from "./http/dispatch.ts";
import type { EarlyRefusal } from "./http/early-refusal.ts";
import { headerCount } from "./http/header-count.ts";
import { type HealthOptions, health, isHealthPath } from "./http/health.ts";
import { inOrder } from "./http/in-order.ts";
import { createOverload, type LoadLimits } from "./http/load-shedding.ts";
import { acceptable, contentType } from "./http/negotiation.ts";
import { sendProblem } from "./http/problem.ts";
import { requestId } from "./http/request-id.ts";
import { pathParameters, route } from "./http/router.ts";
import { sendJson } from "./http/send.ts";
import { createShedLog } from "./http/shed-log.ts";
import type { StubStages } from "./stub/stages.ts";

export interface AppOptions extends AccessLogOptions, HealthOptions {
  /** Told of each request that is taken, before anything else. */
  watch: RequestListener;
  schemes: SchemeHandlers;
  contract: RequestHandler;
  handlers: Handlers<RequestContext>;
  contextOf: (locals: Express.Locals) => RequestContext;
  /** What only a stub does; absent in a service. */
  stub?: StubStages | undefined;
  /** Bytes. */
  bodyLimit: number;
  load: LoadLimits;
  /** The origins whose pages may read answers. */
  corsOrigins: readonly string[];
  log: Logger;
}

/** What a request meets: a refusal before it is one, and what handles it. */
export interface WayIn {
  handle: RequestListener;
  refusal: EarlyRefusal;
}

/**
 * The way in, read as a list: each stage either refuses by a thrown Problem or hands on. In front of it stands the
 * refusal for overload, which all but the health pages pass first.
 */
export function createApp(options: AppOptions): WayIn {
  const { watch, schemes, contract, handlers, contextOf, stub, bodyLimit, metrics, log } = options;
  const tellShed = createShedLog(log);
  const overload = createOverload(options.load, (reason) => {
    metrics.shed(reason);
    tellShed(reason);
  });
  const send = stub?.send ?? sendJson;
  const app = express()
    .disable("x-powered-by")
    .disable("etag")
    .enable("strict routing")
    .enable("case sensitive routing");
  const refuse = sendProblem(log, metrics, send);
  const row = inOrder(
    requestId,
    accessLog(options),
    health(options),
    ...(stub ? [stub.record] : []),
    headerCount,
    cors(options.corsOrigins),
    route,
    security(schemes),
    pathParameters,
    acceptable,
    contentType,
    jsonBody(bodyLimit),
    overload.work,
    contract,
    ...(stub ? [stub.misbehave] : []),
    dispatch(handlers, { contextOf, send }),
  );
  // Not by Express, whose way to an error handler costs as much as the refusal itself.
  app.use((request, response, next) => row(request, response, (error) => refuse(error, request, response, next)));
  // Express itself refuses nothing before; should it, this is where that ends.
  app.use(refuse);
  const wayIn: RequestListener = (request, response) => {
    watch(request, response);
    app(request, response);
  };
  return { handle: overload.before(wayIn, isHealthPath), refusal: overload.early(isHealthPath) };
}
