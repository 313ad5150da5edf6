import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Logger } from "pino";

/** Takes the caller's X-Request-Id if it is 1 to 128 visible ASCII characters, else makes one; every answer has it. */
export const requestId: RequestHandler = (request, response, next) => {
  const asked = request.headers["x-request-id"];
  const id = typeof asked === "string" && /^[\x21-\x7e]{1,128}$/.test(asked) ? asked : randomUUID();
  response.locals.requestId = id;
  response.setHeader("X-Request-Id", id);
  next();
};

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
