import type { RequestHandler } from "express";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";

export interface AccessLogOptions {
  log: Logger;
  metrics: Metrics;
  /** How a user's id is written: as a keyed hash, or as it is. */
  writeUserId: (userId: string) => string;
}

/** One line a request, when it is over, and its figures. Never credentials, body or attribute values. */
export function accessLog({ log, metrics, writeUserId }: AccessLogOptions): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    metrics.begin();
    response.once("close", () => {
      const { requestId, route, problem, caller, path } = response.locals;
      const ms = Math.round((performance.now() - start) * 100) / 100;
      const status = response.writableFinished ? response.statusCode : undefined;
      metrics.end(status, problem, ms / 1_000);
      const user = path?.userId === undefined ? undefined : writeUserId(path.userId);
      const { method } = request;
      log.info({ requestId, method, route, status, problem, ms, caller: caller?.id, user }, "request");
    });
    next();
  };
}
