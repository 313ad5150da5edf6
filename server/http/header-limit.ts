import type { RequestHandler } from "express";
import { Problem } from "./problem.ts";

/** Far more than proxies add. The parser limits the size of all headers, not their number. */
const MAX_HEADERS = 100;

/** Rejects a request with more than 100 header fields with 431: every check of the headers takes time for each. */
export const headerLimit: RequestHandler = (request, _response, next) => {
  if (request.rawHeaders.length / 2 <= MAX_HEADERS) return next();
  throw new Problem("headers-too-large", {
    detail: `At most ${MAX_HEADERS} header fields are accepted.`,
    headers: { Connection: "close" },
  });
};
