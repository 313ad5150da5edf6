import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { Handlers } from "../generated/operations.ts";
import { type SchemeHandlers, security } from "./auth/security.ts";
import { type Contract, ContractError } from "./contract/contract.ts";
import type { RequestContext } from "./handlers/sync-user-identity.ts";
import { type AccessLogOptions, accessLog } from "./http/access-log.ts";
import { jsonBody } from "./http/body.ts";
import { cors } from "./http/cors.ts";
import { dispatch } from "./http/dispatch.ts";
import { headerLimit } from "./http/header-limit.ts";
import { type HealthOptions, health } from "./http/health.ts";
import type { LoadShedding } from "./http/load-shedding.ts";
import { acceptable, contentType } from "./http/negotiation.ts";
import { problemHandler } from "./http/problem.ts";
import { requestContext } from "./http/request-context.ts";
import { pathParameters, router } from "./http/router.ts";
import type { Send } from "./http/send.ts";
import type { Shutdown } from "./http/shutdown.ts";

/** What the stub adds to the service. */
export interface Extension {
  /** Before anything can reject the request. */
  first: readonly RequestHandler[];
  /** Before the operation's handler. */
  beforeHandler: readonly RequestHandler[];
  send: Send;
  contextOf: (locals: Express.Locals) => RequestContext;
}

export interface AppOptions extends AccessLogOptions, HealthOptions, Extension {
  contract: Contract;
  /** By the names of the contract's security schemes. */
  schemes: SchemeHandlers;
  handlers: Handlers<RequestContext>;
  loadShedding: LoadShedding;
  shutdown: Pick<Shutdown, "isDraining" | "closes">;
  /** Bytes. */
  bodyLimit: number;
  /** Origins whose pages may call the operations. */
  corsOrigins: readonly string[];
  log: Logger;
}

/**
 * The request pipeline. A middleware either rejects the request by throwing a Problem or passes it on.
 * @throws ContractError if an operation has no handler.
 */
export function createApp(options: AppOptions): Express {
  const { contract, handlers, loadShedding, log, metrics, send } = options;
  const missing = contract.operations.filter(({ id }) => !Object.hasOwn(handlers, id)).map(({ id }) => id);
  if (missing.length > 0) {
    const place = "add it to server/handlers/handlers.ts and start again";
    throw new ContractError(`There is no handler for ${missing.join(", ")}: ${place}.`);
  }
  return express()
    .disable("x-powered-by")
    .disable("etag")
    .enable("strict routing")
    .enable("case sensitive routing")
    .use(
      requestContext(options.shutdown),
      loadShedding.shed,
      accessLog(options),
      health(options),
      ...options.first,
      headerLimit,
      cors(options.corsOrigins, contract),
      router(contract.operations),
      security(options.schemes, contract),
      pathParameters,
      acceptable,
      contentType,
      jsonBody(() => options.bodyLimit),
      loadShedding.track,
      ...contract.requestValidation(),
      ...options.beforeHandler,
      dispatch({ handlers, contextOf: options.contextOf, send }),
    )
    .use(problemHandler({ log, metrics, send }));
}
