import type { RequestHandler } from "express";
import type { Logger } from "pino";

/** One line a request, when it is over. Never credentials, body, attribute values or the user's id. */
export function accessLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    response.once("close", () => {
      const { requestId: id, operationId, problem, caller } = response.locals;
      const ms = Math.round((performance.now() - start) * 100) / 100;
      const status = response.writableFinished ? response.statusCode : undefined;
      log.info(
        { requestId: id, method: request.method, operationId, status, problem, ms, caller: caller?.id },
        "request",
      );
    });
    next();
  };
}
