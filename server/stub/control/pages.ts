import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Request, type RequestHandler } from "express";
import { loadContract } from "../../contract/contract.ts";
import { send } from "../../http/respond.ts";
import { originFor } from "./guard.ts";

const FOLDER = fileURLToPath(new URL("../page/", import.meta.url));
/** In the package of the server, a copy. */
const PACKED_SWAGGER = fileURLToPath(new URL("../swagger-ui/", import.meta.url));
const SWAGGER = existsSync(PACKED_SWAGGER)
  ? PACKED_SWAGGER
  : dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** Serves the pages and the files they load. The files hold no data and need no token; the scripts request the data. */
export function controlPages(stubUrl: () => string | undefined): RequestHandler[] {
  const policy: RequestHandler = (request, response, next) => {
    response.set("Content-Security-Policy", policyFor(serverFor(request, stubUrl())));
    next();
  };
  return [policy, express.static(FOLDER, { extensions: ["html"] }), express.static(SWAGGER)];
}

/** The contract of the stub, for the pages. */
export function contractDocument(stubUrl: () => string | undefined): RequestHandler {
  return (request, response) => {
    const document = { ...loadContract().document, servers: [{ url: serverFor(request, stubUrl()) }] };
    send(response, { status: 200, mediaType: "application/json", body: document });
  };
}

/** Scripts and styles come from this port only; requests go to this port, and to the stub for "Try it out". */
function policyFor(server: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${server}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The origin of the main port; empty while it is closed. */
function serverFor(request: Request, stubUrl: string | undefined): string {
  return stubUrl === undefined ? "" : originFor(request, stubUrl);
}
