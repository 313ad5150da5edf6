import type { RequestHandler } from "express";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";

export interface AccessLogOptions {
  log: Logger;
  metrics: Metrics;
  /** How a user id is logged: as a keyed hash, or in clear. */
  formatUserId: (userId: string) => string;
}

/** Logs one line per request when it ends, and counts it. Never logs credentials, the body or attribute values. */
export function accessLog({ log, metrics, formatUserId }: AccessLogOptions): RequestHandler {
  return ({ method }, response, next) => {
    const start = performance.now();
    metrics.begin();
    response.locals.onEnd(() => {
      const { requestId, route, problem, caller, path } = response.locals;
      const ms = Math.round((performance.now() - start) * 100) / 100;
      const status = response.writableFinished ? response.statusCode : undefined;
      metrics.end(status, problem, ms / 1_000);
      const user = path?.userId === undefined ? undefined : formatUserId(path.userId);
      log.info({ requestId, method, route, status, problem, ms, caller: caller?.id, user }, "request");
    });
    next();
  };
}
