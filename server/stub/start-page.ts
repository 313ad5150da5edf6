import type { RequestHandler } from "express";
import type { Operation } from "../contract/operations.ts";
import { send } from "../http/respond.ts";
import { originFor } from "./control/guard.ts";

export interface StartPageOptions {
  /** Undefined without a control port. */
  controlUrl: string | undefined;
  /** The operations that are being served. */
  operations: () => readonly Operation[];
}

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  Vary: "Accept",
};

/**
 * Replies to a browser that opens `/` of the main port with links to the pages of the control port. A client that does not
 * prefer HTML gets the problem of an unknown path, and an operation of the contract with the path `/` takes precedence.
 */
export function startPage({ controlUrl, operations }: StartPageOptions): RequestHandler {
  return (request, response, next) => {
    if (controlUrl === undefined || !isPage(request.method, request.url)) return next();
    if (request.accepts(["application/problem+json", "text/html"]) !== "text/html") return next();
    if (operations().some(({ template }) => template === "/")) return next();
    const text = html(originFor(request, controlUrl));
    send(response, { status: 200, mediaType: "text/html", headers: HEADERS, text });
  };
}

function isPage(method: string, target: string): boolean {
  return (method === "GET" || method === "HEAD") && /^\/(\?|$)/.test(target);
}

/** `control` is an origin, which has no characters of markup. */
function html(control: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>nexus-sync stub</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <h1>nexus-sync stub</h1>
    <p>This port serves the operations of the contract.</p>
    <ul>
      <li><a href="${control}/">Requests, faults, users and credentials of this stub</a></li>
      <li><a href="${control}/docs">API reference</a></li>
    </ul>
  </body>
</html>
`;
}
