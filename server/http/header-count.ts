import type { RequestHandler } from "express";
import { Problem } from "./problem.ts";

/** Far more than any proxy adds; the parser's own limit is on their size. */
const MOST_HEADERS = 100;

/** Refuses a request with more header fields than `MOST_HEADERS`: each costs a little in everything that looks at them. */
export const headerCount: RequestHandler = (request, response, next) => {
  if (request.rawHeaders.length / 2 <= MOST_HEADERS) return next();
  response.shouldKeepAlive = false;
  throw new Problem("headers-too-large", { detail: `At most ${MOST_HEADERS} header fields are accepted.` });
};
