import type { Request, RequestHandler } from "express";
import { Problem } from "../../http/problem.ts";

/** An address that stands for all of a machine's; nobody calls it by that name. */
const WILDCARDS = ["0.0.0.0", "[::]"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** What every answer of the control port carries; a page loosens the policy for itself. */
const HEADERS = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
};

export const guardedAnswer: RequestHandler = (_request, response, next) => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  next();
};

/** Names, with the port where it is not HTTP's own, that the port at `url` goes by. */
export function authoritiesOf(url: string): string[] {
  const { hostname, port } = new URL(url);
  const names = new Set([...LOOPBACK, hostname]);
  return [...names].flatMap((name) => (port === "" ? [name, `${name}:80`] : [`${name}:${port}`]));
}

/**
 * Refuses other names with 421: a page whose own name was made to point here ("DNS rebinding") is of our origin for its
 * browser, but still sends its name. Where the port listens on all addresses, it has more names than it knows; there a
 * token is demanded, which no browser sends by itself.
 */
export function ownHost(url: string): RequestHandler {
  if (WILDCARDS.includes(new URL(url).hostname)) return (_request, _response, next) => next();
  const own = authoritiesOf(url);
  return (request, _response, next) => {
    if (!own.includes(request.headers.host?.toLowerCase() ?? "")) throw new Problem("foreign-host");
    next();
  };
}

/**
 * Refuses what a browser sends for a page of another origin (403), whatever the method. A person who follows a link is
 * let in: nobody else sees what comes of it.
 */
export const ownOrigin: RequestHandler = (request, _response, next) => {
  if (isForeign(request) && !isFollowedLink(request)) throw new Problem("foreign-origin");
  next();
};

function isForeign({ headers, headersDistinct }: Request): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const origins = headersDistinct.origin ?? [];
  return origins.some((origin) => !URL.canParse(origin) || new URL(origin).host !== hostOf(headers.host));
}

/** As a URL has it: without HTTP's own port. */
function hostOf(host: string | undefined): string | undefined {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

function isFollowedLink({ method, headers }: Request): boolean {
  return (method === "GET" || method === "HEAD") && headers["sec-fetch-mode"] === "navigate" && !headers.origin;
}
