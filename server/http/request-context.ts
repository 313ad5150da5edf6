import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";

/**
 * Prepares `response.locals`: the request id (the caller's X-Request-Id if it is 1 to 128 visible ASCII characters, else
 * a new UUID), sent back in X-Request-Id; and the request's only `close` listener.
 */
export function requestContext(shutdown: Express.Locals["shutdown"]): RequestHandler {
  return (request, response, next) => {
    const works: (() => void)[] = [];
    const { locals } = response;
    locals.requestId = requestIdOf(request);
    locals.shutdown = shutdown;
    locals.onEnd = (work) => void works.push(work);
    response.once("close", () => {
      for (const work of works) work();
    });
    response.setHeader("X-Request-Id", locals.requestId);
    next();
  };
}

function requestIdOf({ headers }: IncomingMessage): string {
  const sent = headers["x-request-id"];
  return typeof sent === "string" && /^[\x21-\x7e]{1,128}$/.test(sent) ? sent : randomUUID();
}
