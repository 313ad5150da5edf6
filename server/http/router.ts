import type { RequestHandler } from "express";
import { OPERATIONS, type Operations } from "../../generated/operations.ts";
import { Problem, type Violation } from "./problem.ts";

interface Route {
  operationId: keyof Operations;
  method: string;
  pattern: RegExp;
  /** What stands around the parameters. */
  literals: string[];
  names: string[];
  template: string;
}

/** Finds the operation of the contract. */
export const route = createRoute(OPERATIONS);

/**
 * Finds the operation, of those in the table, by the path as sent: strict about slashes and case, so that an encoded
 * slash never leads to another route. Parameters stay encoded until security has passed; a query means nothing here and
 * is dropped.
 */
export function createRoute(operations: Readonly<Record<string, { method: string; path: string }>>): RequestHandler {
  const routes = Object.entries(operations).map(routeOf);
  return (request, response, next) => {
    const [path = ""] = request.url.split("?", 1);
    const matches = routes.flatMap((candidate) => {
      const match = candidate.pattern.exec(path);
      return match ? [{ candidate, encoded: match.slice(1) }] : [];
    });
    if (matches.length === 0) throw new Problem("unknown-path");
    const found = matches.find(({ candidate }) => candidate.method === request.method);
    if (!found) throw notAllowed(matches.map(({ candidate }) => candidate.method));
    const { operationId, names, template, literals } = found.candidate;
    response.locals.operationId = operationId;
    response.locals.route = template;
    response.locals.encodedPath = Object.fromEntries(names.map((name, index) => [name, found.encoded[index] ?? ""]));
    // The contract's validator matches the original URL against the template's own spelling.
    request.url = literals.map((literal, index) => literal + (found.encoded[index] ?? "")).join("");
    request.originalUrl = request.url;
    next();
  };
}

function routeOf([operationId, { method, path }]: [string, { method: string; path: string }]): Route {
  // A caller may encode `$`, which needs no encoding in a path segment (RFC 3986 section 3.3).
  const literals = path.split(/\{\w+\}/);
  const pattern = literals.map((literal) => literal.replace(/[.*+?^()|[\]\\]/g, "\\$&").replaceAll("$", "(?:\\$|%24)"));
  return {
    // Those of the control port are no keys of these operations; its own stages know better (control-app.ts).
    operationId: operationId as keyof Operations,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${pattern.join("([^/]+)")}$`),
    literals,
    names: Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? ""),
    template: path,
  };
}

/** What offers GET offers HEAD too (RFC 9110 section 9.3.2). */
function notAllowed(methods: readonly string[]): Problem {
  const offered = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  return new Problem("method-not-allowed", { headers: { Allow: [...new Set(offered)].join(", ") } });
}

/** Decodes the path parameters, and refuses what is no text or would be another path to somebody on the way. */
export const pathParameters: RequestHandler = (_request, response, next) => {
  const violations: Violation[] = [];
  const decoded = Object.entries(response.locals.encodedPath).map(([name, encoded]) => {
    const value = decode(encoded);
    const detail = value === undefined ? "must be percent-encoded UTF-8" : objectionTo(value);
    if (detail) violations.push({ in: "path", name, detail });
    return [name, value ?? ""] as const;
  });
  if (violations.length > 0) throw new Problem("invalid-request", { violations });
  response.locals.path = Object.fromEntries(decoded);
  next();
};

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function objectionTo(value: string): string | undefined {
  if (value === "." || value === "..") return "must NOT be a dot segment";
  return /\p{Cc}/u.test(value) ? "must NOT have control characters" : undefined;
}
