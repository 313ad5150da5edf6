import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { Handlers } from "../generated/operations.ts";
import { type SchemeHandlers, security } from "./auth/security.ts";
import { type Contract, ContractError } from "./contract/contract.ts";
import type { Operation } from "./contract/operations.ts";
import type { RequestContext } from "./handlers/sync-user-identity.ts";
import { cors } from "./http/cors.ts";
import { HEALTH_PATHS, type HealthOptions, health } from "./http/health.ts";
import type { LoadShedding } from "./http/limits.ts";
import { headerLimit } from "./http/limits.ts";
import { Problem, problemHandler } from "./http/problem.ts";
import { type AccessLogOptions, requestContext } from "./http/request-log.ts";
import { requestSteps } from "./http/request-steps.ts";
import type { Send } from "./http/respond.ts";
import { dispatch, type Handler } from "./http/respond.ts";
import { originForm, router, validHost } from "./http/router.ts";
import type { Shutdown } from "./http/shutdown.ts";

/** Additions to the pipeline, and the function that writes responses. */
export interface Extension {
  /** Runs before any middleware that can reject the request, except load shedding. */
  first: readonly RequestHandler[];
  /** Runs before the operation's handler, on valid requests. */
  beforeHandler: readonly RequestHandler[];
  send: Send;
  /** Handles operations that have no handler yet. Default: they are a ContractError. */
  handlerFor?: (operation: Operation) => Handler;
}

export interface AppOptions extends AccessLogOptions, Pick<HealthOptions, "ready">, Extension {
  contract: Contract;
  /** By name of the security scheme. */
  schemes: SchemeHandlers;
  handlers: Handlers<RequestContext>;
  loadShedding: LoadShedding;
  shutdown: Pick<Shutdown, "isOpen" | "closes">;
  /** Bytes. */
  bodyLimit: number;
  /** Origins whose pages may call the operations. */
  corsOrigins: readonly string[];
  log: Logger;
}

/** As a route and not with `use`, so that Express matches the path once and not for each middleware. */
const EVERY_PATH = /^/;

/**
 * The request pipeline. A middleware either rejects the request by throwing a Problem or passes it on.
 * @throws ContractError if an operation has no handler.
 */
export function createApp(options: AppOptions): Express {
  const { contract, handlers, handlerFor, loadShedding, log, metrics, send } = options;
  const missing = contract.operations.filter(({ id }) => !Object.hasOwn(handlers, id));
  if (missing.length > 0 && !handlerFor) {
    const place = "add it to server/handlers/handlers.ts and start again";
    throw new ContractError(`There is no handler for ${missing.map(({ id }) => id).join(", ")}: ${place}.`);
  }
  const added = missing.flatMap((operation) => (handlerFor ? [[operation.id, handlerFor(operation)]] : []));
  return healthApp(options)
    .all(
      EVERY_PATH,
      loadShedding.shed,
      ...options.first,
      headerLimit,
      ...cors(options.corsOrigins, contract),
      router(contract.operations),
      security(options.schemes, contract),
      ...requestSteps(contract, options.bodyLimit, loadShedding.track),
      ...options.beforeHandler,
      dispatch({ ...handlers, ...Object.fromEntries(added) }, options),
    )
    .use(problemHandler({ log, metrics, send }));
}

/** The pipeline until the directory is loaded: `/livez` and `/metrics`, and 503 for everything else. */
export function createStartingApp(options: Omit<HealthAppOptions, "ready">): Express {
  const starting = () =>
    new Problem("unavailable", { detail: "The server is starting.", headers: { "Retry-After": "1" } });
  return healthApp({ ...options, ready: () => Promise.reject(starting()) })
    .use((_request, _response, next) => next(starting()))
    .use(problemHandler(options));
}

type HealthAppOptions = AccessLogOptions & Pick<AppOptions, "ready" | "shutdown">;

function healthApp(options: HealthAppOptions): Express {
  return express()
    .disable("x-powered-by")
    .disable("etag")
    .enable("strict routing")
    .enable("case sensitive routing")
    .all(EVERY_PATH, requestContext(options.shutdown, options), validHost, originForm)
    .all(HEALTH_PATHS, health(options));
}
