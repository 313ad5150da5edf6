import type { RequestListener } from "node:http";
import express, { type RequestHandler } from "express";
import type { Logger } from "pino";
import type { Handlers } from "../generated/operations.ts";
import { type AccessLogOptions, accessLog } from "./http/access-log.ts";
import { jsonBody } from "./http/body.ts";
import { cors } from "./http/cors.ts";
import { dispatch } from "./http/dispatch.ts";
import { headerCount } from "./http/header-count.ts";
import { type HealthOptions, health, isHealthPath } from "./http/health.ts";
import { inOrder } from "./http/in-order.ts";
import { acceptable, contentType } from "./http/media-types.ts";
import { createOverload, type LoadLimits } from "./http/overload.ts";
import { sendProblem } from "./http/problem.ts";
import { requestId } from "./http/request-id.ts";
import { pathParameters, route } from "./http/route.ts";
import { type SchemeHandlers, security } from "./http/security.ts";
import { createShedLog } from "./http/shed-log.ts";
import type { RequestContext } from "./sync-user-identity.ts";

export interface AppOptions extends AccessLogOptions, HealthOptions {
  /** Told of each request that is taken, before anything else. */
  watch: RequestListener;
  schemes: SchemeHandlers;
  contract: RequestHandler;
  handlers: Handlers<RequestContext>;
  /** Bytes. */
  bodyLimit: number;
  load: LoadLimits;
  /** The one origin whose pages may read answers; undefined: none. */
  corsOrigin: string | undefined;
  log: Logger;
}

/**
 * The way in, read as a list: each stage either refuses by a thrown Problem or hands on. In front of it stands the
 * refusal for overload, which all but the health pages pass first.
 */
export function createApp(options: AppOptions): RequestListener {
  const { watch, schemes, contract, handlers, bodyLimit, metrics, log } = options;
  const tellShed = createShedLog(log);
  const overload = createOverload(options.load, (reason) => {
    metrics.shed(reason);
    tellShed(reason);
  });
  const app = express()
    .disable("x-powered-by")
    .disable("etag")
    .enable("strict routing")
    .enable("case sensitive routing");
  app.use(
    inOrder(
      requestId,
      accessLog(options),
      health(options),
      headerCount,
      cors(options.corsOrigin),
      route,
      security(schemes),
      pathParameters,
      acceptable,
      contentType,
      jsonBody(bodyLimit),
      overload.work,
      contract,
      dispatch(handlers, ({ caller }) => ({ caller })),
    ),
  );
  app.use(sendProblem(log, metrics));
  const wayIn: RequestListener = (request, response) => {
    watch(request, response);
    app(request, response);
  };
  return overload.before(wayIn, isHealthPath);
}
