import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";

/** The caller's X-Request-Id if it is 1 to 128 visible ASCII characters, else one that is made. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const asked = headers["x-request-id"];
  return typeof asked === "string" && /^[\x21-\x7e]{1,128}$/.test(asked) ? asked : randomUUID();
}

/** Gives every request its id, and every answer too. */
export const requestId: RequestHandler = (request, response, next) => {
  const id = requestIdOf(request);
  response.locals.requestId = id;
  response.setHeader("X-Request-Id", id);
  next();
};
