import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Request, RequestHandler } from "express";
import { Problem } from "../../http/problem.ts";
import { type Reply, send } from "../../http/respond.ts";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};
const SCRIPTS = ["page.js", "api.js", "dom.js", "requests.js", "faults.js", "users.js", "docs.js"];
const STYLES = ["colours.css", "page.css", "requests.css", "faults.css", "docs.css"];
const SWAGGER = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Every file that is served, by its path: no path of a request ever becomes one of a file. */
const FILES: ReadonlyMap<string, () => string> = new Map([
  ["/", own("page.html")],
  ["/docs", own("docs.html")],
  ...[...SCRIPTS, ...STYLES].map((name) => [`/${name}`, own(name)] as const),
  ...SWAGGER.map((name) => [`/${name}`, ofSwagger(name)] as const),
]);
const CONTRACT_PATH = "/openapi.json";
const CONTRACT = new URL("../../../generated/openapi.json", import.meta.url);

/** The page, the API reference, and what they load. They hold no data: they ask for it, with a token where one is needed. */
export function controlPages(stubUrl: () => string | undefined): RequestHandler {
  return async (request, response, next) => {
    const [path = ""] = request.url.split("?", 1);
    const file = FILES.get(path)?.();
    if (file === undefined && path !== CONTRACT_PATH) return next();
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new Problem("method-not-allowed", { headers: { Allow: "GET, HEAD" } });
    const server = seenFrom(request, stubUrl());
    const headers = { "Content-Security-Policy": policyFor(server) };
    send(response, { status: 200, headers, ...(await contentOf(file, server)) });
  };
}

async function contentOf(file: string | undefined, server: string): Promise<Pick<Reply, "mediaType" | "text">> {
  if (file === undefined) return { mediaType: "application/json", text: await contractOf(server) };
  return { mediaType: MEDIA_TYPES[extname(file)] ?? "", text: await readFile(file, "utf8") };
}

/** Scripts and styles are our files alone; answers come from here, and for "try it" from the stub. */
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

/** Where a stub that listens on all addresses is reached by who has reached this port. */
function seenFrom(request: Request, url: string | undefined): string {
  if (url === undefined) throw new Problem("unavailable", { headers: { "Retry-After": "1" } });
  const { hostname, port } = new URL(url);
  const name = ["0.0.0.0", "[::]"].includes(hostname) ? new URL(`http://${request.headers.host}`).hostname : hostname;
  return `http://${name}:${port || 80}`;
}

/** The contract, with the running server as the one to try it against. */
async function contractOf(server: string): Promise<string> {
  const contract: object = JSON.parse(await readFile(CONTRACT, "utf8"));
  return JSON.stringify({ ...contract, servers: [{ url: server }] });
}

function own(name: string): () => string {
  return () => fileURLToPath(new URL(`../page/${name}`, import.meta.url));
}

/** Looked for when it is asked for: nothing else needs the package. */
function ofSwagger(name: string): () => string {
  return () => createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
}
