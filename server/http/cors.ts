import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import { send } from "./respond.ts";

const EXPOSED_HEADERS = ["x-request-id", "retry-after", "www-authenticate"];
/** Seconds a browser may cache the response to a preflight. */
const MAX_AGE = "600";

/**
 * Allows pages of these origins to call the operations (Fetch standard, "CORS protocol"). Other origins get no CORS
 * headers, and their preflight gets 405 like any OPTIONS request.
 */
export function cors(origins: readonly string[], { operations, securitySchemes }: Contract): RequestHandler[] {
  if (origins.length === 0) return [];
  const methods = [...new Set(operations.map(({ method }) => method))];
  const credentials = Object.values(securitySchemes).map((scheme) =>
    scheme.type === "apiKey" ? scheme.name : "authorization",
  );
  const requestHeaders = [...new Set(["authorization", "content-type", ...credentials, "x-request-id"])];
  const preflight = {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": requestHeaders.join(", "),
    "Access-Control-Max-Age": MAX_AGE,
  };
  const handler: RequestHandler = (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return next();
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Vary", "Origin");
    response.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS.join(", "));
    const method = request.headers["access-control-request-method"];
    if (request.method !== "OPTIONS" || !methods.includes(String(method))) return next();
    send(response, { status: 204, headers: preflight });
  };
  return [handler];
}
