import { hash, timingSafeEqual } from "node:crypto";
import type { Request, RequestHandler } from "express";
import { authorization } from "../../auth/security.ts";
import { Problem } from "../../http/problem.ts";
import { STUB_PROBLEMS } from "../problem-types.ts";

/** Hosts that listen on all addresses; they have no name that clients use. */
const WILDCARDS = ["0.0.0.0", "[::]"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Headers of every response of the control port, in addition to the Content-Security-Policy. */
const HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
};

export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set(HEADERS);
  next();
};

/** The origin of a port of the stub for this client: a port on all addresses is reached by the host name of the request. */
export function originFor({ hostname }: Request, portUrl: string): string {
  const url = new URL(portUrl);
  if (WILDCARDS.includes(url.hostname)) url.hostname = hostname;
  return url.origin;
}

/** The authorities (host and port) of the control port at `url`. */
export function authoritiesOf(url: string): string[] {
  const { hostname, port } = new URL(url);
  const names = new Set([...LOOPBACK, hostname]);
  return [...names].flatMap((name) => (port === "" ? [name, `${name}:80`] : [`${name}:${port}`]));
}

/**
 * Rejects other host names with 421, against DNS rebinding: if the host name of a page resolves to this address, the
 * browser treats its requests as same-origin, but sends that host name in Host. A port on all addresses accepts every
 * name, because it requires a token, which browsers do not add by themselves.
 */
export function ownHost(url: string): RequestHandler {
  if (WILDCARDS.includes(new URL(url).hostname)) return (_request, _response, next) => next();
  const own = authoritiesOf(url);
  return (request, _response, next) => {
    if (!own.includes(request.headers.host?.toLowerCase() ?? "")) throw new Problem(STUB_PROBLEMS.foreignHost);
    next();
  };
}

/**
 * Rejects requests from pages of other origins with 403, with any method. Following a link is allowed: the other page
 * can't read the response.
 */
export const ownOrigin: RequestHandler = (request, _response, next) => {
  if (isForeign(request) && !isFollowedLink(request)) throw new Problem(STUB_PROBLEMS.foreignOrigin);
  next();
};

function isForeign({ headers, headersDistinct }: Request): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  // `ownHost` has checked Host. The scheme is ignored, because a proxy may terminate TLS.
  return (headersDistinct.origin ?? []).some((origin) => origin.replace(/^https?:\/\//, "") !== headers.host);
}

function isFollowedLink({ method, headers }: Request): boolean {
  return (method === "GET" || method === "HEAD") && headers["sec-fetch-mode"] === "navigate" && !headers.origin;
}

/** Requires the token, if there is one, as Bearer credentials. Compares hashes in constant time. */
export function requireToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = hash("sha256", token, "buffer");
  return (request, _response, next) => {
    const sent = authorization(request, "bearer");
    const isRight = typeof sent !== "string" && timingSafeEqual(hash("sha256", sent.value, "buffer"), expected);
    if (isRight) return next();
    const failure = typeof sent === "string" ? sent : "wrong";
    const headers = { "WWW-Authenticate": 'Bearer realm="nexus-sync control port"' };
    throw new Problem("unauthenticated", { detail: `The token of the control port is ${failure}.`, headers });
  };
}
