import type { RequestHandler } from "express";
import type { Contract } from "../contract/contract.ts";
import { send } from "./respond.ts";
import { servedMethods } from "./router.ts";

/** In addition to those that the contract declares. */
const REQUEST_HEADERS = ["authorization", "content-type", "x-request-id"];
const EXPOSED_HEADERS = ["x-request-id", "retry-after", "www-authenticate"];
/** Seconds a browser may cache the response to a preflight. */
const MAX_AGE = "600";

/**
 * Allows pages of these origins to call the operations (Fetch standard, "CORS protocol"). Other origins get no CORS
 * headers, and their preflight gets 405 like any OPTIONS request.
 */
export function cors(origins: readonly string[], { operations, securitySchemes }: Contract): RequestHandler[] {
  if (origins.length === 0) return [];
  const methods = [...new Set(operations.flatMap(servedMethods))];
  const credentials = Object.values(securitySchemes).flatMap((scheme) => (scheme.type === "apiKey" ? scheme.name : []));
  const parameters = operations.flatMap((operation) => operation.parameters.filter((one) => one.in === "header"));
  const responses = operations.flatMap((operation) => Object.values(operation.responses));
  const requestHeaders = distinct([...REQUEST_HEADERS, ...credentials, ...parameters.map(({ key }) => key)]);
  const exposed = distinct([...EXPOSED_HEADERS, ...responses.flatMap(({ headers }) => Object.keys(headers))]);
  const preflight = {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": requestHeaders,
    "Access-Control-Max-Age": MAX_AGE,
  };
  const handler: RequestHandler = (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return next();
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Vary", "Origin");
    response.setHeader("Access-Control-Expose-Headers", exposed);
    const method = request.headers["access-control-request-method"];
    if (request.method !== "OPTIONS" || !methods.includes(String(method))) return next();
    send(response, { status: 204, headers: preflight });
  };
  return [handler];
}

function distinct(names: readonly string[]): string {
  return [...new Set(names.map((name) => name.toLowerCase()))].join(", ");
}
