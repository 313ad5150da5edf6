import type { RequestHandler } from "express";
import type { Operation } from "../contract/operations.ts";
import type { Violation } from "../contract/violations.ts";
import { Problem } from "./problem.ts";

/** Host and port (RFC 3986 section 3.2.2), without user information. */
const HOST = /^(\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:\d*)?$/i;
/** The absolute form of a request target: scheme, authority, path and query. */
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * Requires HTTP/1.1 or 1.0, one valid Host (RFC 9112 section 3.2), which HTTP/1.0 may omit, and no Transfer-Encoding but chunked, in
 * HTTP/1.0 none (section 6.1).
 */
export const validHost: RequestHandler = ({ headers, headersDistinct, httpVersion }, _response, next) => {
  const isOld = httpVersion === "1.0";
  const { "transfer-encoding": coding = "chunked" } = headers;
  // Node's parser also accepts a request line without a version, HTTP/2.0, and other transfer codings before chunked.
  if ((!isOld && httpVersion !== "1.1") || coding.toLowerCase() !== "chunked")
    throw new Problem("malformed-http", { headers: { Connection: "close" } });
  const hosts = headersDistinct.host ?? (isOld ? [""] : []);
  if (hosts.length !== 1 || !HOST.test(hosts[0] ?? ""))
    throw badHeader("Host", "must be one host, with an optional port");
  if (isOld && headers["transfer-encoding"] !== undefined)
    throw badHeader("Transfer-Encoding", "must NOT be sent with HTTP/1.0");
  next();
};

/**
 * Replaces the absolute form of a request target by its path and query, which stay as sent, and Host by its authority
 * (RFC 9112 section 3.2.2).
 */
export const originForm: RequestHandler = (request, _response, next) => {
  const [absolute, authority = "", path = ""] = ABSOLUTE.exec(request.url) ?? [];
  if (absolute === undefined) return next();
  if (authority === "" || !HOST.test(authority)) throw badHeader("Host", "must be one host in the request target");
  request.headers.host = authority;
  request.url = path.startsWith("/") ? path : `/${path}`;
  next();
};

/** The connection is closed, because a proxy may have read the request in another way. */
function badHeader(name: string, detail: string): Problem {
  return new Problem("invalid-request", {
    violations: [{ in: "header", name, detail }],
    headers: { Connection: "close" },
  });
}

interface Route {
  operation: Operation;
  methods: readonly string[];
  pattern: RegExp;
  names: string[];
}

/**
 * Finds the operation by the path as sent, strict about slashes and case, so that an encoded slash never leads to
 * another route. Literal segments take precedence over parameters. Parameters stay encoded until security has passed.
 */
export function router(operations: readonly Operation[]): RequestHandler {
  const routes = routesOf(operations);
  return (request, response, next) => {
    const [path = "", ...query] = request.url.split("?");
    const route = routes.find(({ methods, pattern }) => methods.includes(request.method) && pattern.test(path));
    if (!route) throw rejected(routes.filter(({ pattern }) => pattern.test(path)));
    const { operation, names } = route;
    const [, ...encoded] = route.pattern.exec(path) ?? [];
    const { locals } = response;
    locals.operation = operation;
    locals.route = operation.template;
    // The validator does not support HEAD. Node omits the body of the response.
    request.method = operation.method;
    locals.encodedPath = Object.fromEntries(names.map((name, index) => [name, encoded[index] ?? ""]));
    locals.queryText = query.join("?");
    next();
  };
}

/** The operations at a path as sent, of all methods; for each method, the first is the one that is called. */
export function operationsAt(operations: readonly Operation[], path: string): Operation[] {
  return routesOf(operations).flatMap(({ pattern, operation }) => (pattern.test(path) ? operation : []));
}

function routesOf(operations: readonly Operation[]): Route[] {
  return operations.map(routeOf).sort((a, b) => (sortKey(a.operation) < sortKey(b.operation) ? -1 : 1));
}

function routeOf(operation: Operation): Route {
  const { template } = operation;
  const literals = template.split(/\{[^}]+\}/);
  const inAnyCase = (code: string) => `(?:${code.toLowerCase()}|${code.toUpperCase()})`;
  // A client may encode `$`, although a path segment needs no encoding for it (RFC 3986 sections 3.3 and 6.2.2.1).
  const pattern = literals.map((literal) =>
    literal
      .replace(/[.*+?^()|[\]\\]/g, "\\$&")
      .replace(/%[\da-f]{2}/gi, inAnyCase)
      .replaceAll("$", "(?:\\$|%24)"),
  );
  return {
    operation,
    methods: servedMethods(operation),
    pattern: new RegExp(`^${pattern.join("([^/]+)")}$`),
    names: Array.from(template.matchAll(/\{([^}]+)\}/g), ([, name]) => name ?? ""),
  };
}

/** U+FFFF sorts after every character of a literal, so `a`, `{}:a` and `{}` are tried in this order. */
function sortKey({ template }: Operation): string {
  return `${template}/`.replaceAll("/", "\uffff/").replace(/\{[^}]+\}/g, "\uffff");
}

/** A path that supports GET supports HEAD too (RFC 9110 section 9.3.2). */
export function servedMethods({ method }: Operation): string[] {
  return method === "GET" ? ["GET", "HEAD"] : [method];
}

/** The problem of a request whose path has these routes, and none with its method. */
function rejected(routes: readonly Route[]): Problem {
  if (routes.length === 0) return new Problem("unknown-path");
  const allowed = routes.flatMap(({ methods }) => methods);
  return new Problem("method-not-allowed", { headers: { Allow: [...new Set(allowed)].join(", ") } });
}

/** Decodes the path parameters, and rejects invalid UTF-8, control characters and dot segments. */
export const pathParameters: RequestHandler = (_request, response, next) => {
  const violations: Violation[] = [];
  const decoded = Object.entries(response.locals.encodedPath).map(([name, encoded]) => {
    const value = decode(encoded);
    const detail = value === undefined ? "must be percent-encoded UTF-8" : violationOf(value);
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

function violationOf(value: string): string | undefined {
  if (value === "." || value === "..") return "must NOT be a dot segment";
  return /\p{Cc}/u.test(value) ? "must NOT have control characters" : undefined;
}
