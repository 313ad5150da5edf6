import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Request, RequestHandler } from "express";
import { loadContract } from "../../contract/contract.ts";
import { Problem } from "../../http/problem.ts";
import { type Reply, send } from "../../http/respond.ts";

const FOLDER = fileURLToPath(new URL("../page/", import.meta.url));
const PATHS: Readonly<Record<string, string>> = { "page.html": "/", "docs.html": "/docs" };
const SWAGGER = ["swagger-ui.css", "swagger-ui-bundle.js"];
const CONTRACT_PATH = "/openapi.json";
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** Serves the pages and the files they load. The files hold no data and need no token; the scripts request the data. */
export function controlPages(stubUrl: () => string | undefined): RequestHandler {
  const files = servedFiles();
  return async (request, response, next) => {
    const [path = ""] = request.url.split("?", 1);
    const file = files.get(path);
    if (file === undefined && path !== CONTRACT_PATH) return next();
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new Problem("method-not-allowed", { headers: { Allow: "GET, HEAD" } });
    const server = serverFor(request, stubUrl());
    const content = file === undefined ? contractFor(server) : await contentOf(file);
    send(response, { status: 200, headers: { "Content-Security-Policy": policyFor(server) }, ...content });
  };
}

/** Every served file by its request path; a request path is never used as a file path. */
function servedFiles(): ReadonlyMap<string, string> {
  const { resolve } = createRequire(import.meta.url);
  return new Map([
    ...readdirSync(FOLDER).map((name) => [PATHS[name] ?? `/${name}`, join(FOLDER, name)] as const),
    ...SWAGGER.map((name) => [`/${name}`, resolve(`swagger-ui-dist/${name}`)] as const),
  ]);
}

type Content = Pick<Reply, "mediaType" | "text">;

async function contentOf(file: string): Promise<Content> {
  return { mediaType: MEDIA_TYPES[extname(file)] ?? "", text: await readFile(file, "utf8") };
}

/** The contract with the running stub as its server. */
function contractFor(server: string): Content {
  const document = { ...loadContract().document, servers: [{ url: server }] };
  return { mediaType: "application/json", text: JSON.stringify(document) };
}

/** Scripts and styles come from this port only; requests go to this port, and to the stub for "Try it out". */
function policyFor(server: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${server}`,
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join("; ");
}

/** The stub's origin for this client: a stub on all addresses is reached by the same host name as the control port. */
function serverFor(request: Request, stubUrl: string | undefined): string {
  if (stubUrl === undefined) throw new Problem("unavailable", { headers: { "Retry-After": "1" } });
  const url = new URL(stubUrl);
  if (["0.0.0.0", "[::]"].includes(url.hostname)) url.hostname = new URL(`http://${request.headers.host}`).hostname;
  return url.origin;
}
