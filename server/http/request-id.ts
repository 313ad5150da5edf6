import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";

/** Takes the caller's X-Request-Id if it is 1 to 128 visible ASCII characters, else makes one; every answer has it. */
export const requestId: RequestHandler = (request, response, next) => {
  const asked = request.headers["x-request-id"];
  const id = typeof asked === "string" && /^[\x21-\x7e]{1,128}$/.test(asked) ? asked : randomUUID();
  response.locals.requestId = id;
  response.setHeader("X-Request-Id", id);
  next();
};
