import type { RequestHandler } from "express";
import { OPERATIONS, SECURITY_SCHEMES } from "../../generated/operations.ts";

const REQUEST_HEADERS = ["authorization", "content-type", SECURITY_SCHEMES.ApplicationToken.name, "x-request-id"];
const ANSWER_HEADERS = ["x-request-id", "retry-after", "www-authenticate"];
/** Seconds that a browser may remember a preflight's answer. */
const MAX_AGE = "600";

/**
 * Lets pages of these origins read answers (Fetch standard, "CORS protocol"), and answers their preflights; to others
 * nothing is said, and a preflight is a method like any other: 405.
 */
export function cors(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return next();
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Vary", "Origin");
    response.setHeader("Access-Control-Expose-Headers", ANSWER_HEADERS.join(", "));
    const method = request.headers["access-control-request-method"];
    if (request.method !== "OPTIONS" || !METHODS.includes(String(method))) return next();
    response.setHeader("Access-Control-Allow-Methods", METHODS.join(", "));
    response.setHeader("Access-Control-Allow-Headers", REQUEST_HEADERS.join(", "));
    response.setHeader("Access-Control-Max-Age", MAX_AGE);
    response.writeHead(204).end();
  };
}

const METHODS = [...new Set(Object.values(OPERATIONS).map(({ method }) => method.toUpperCase()))];
