import type { RequestHandler, Response } from "express";
import type { Metrics } from "./metrics.ts";
import { Problem } from "./problem.ts";

export interface HealthOptions {
  /** Rejects where the store can't answer. */
  ready: () => Promise<void>;
  isDraining: () => boolean;
  metrics: Metrics;
}

const PATHS: readonly string[] = ["/livez", "/readyz", "/metrics"];

/** Whether a request is for one of the pages of `health`. */
export function isHealthPath(url: string): boolean {
  return PATHS.includes(url.split("?", 1)[0] ?? "");
}

/** `/livez` (the process answers), `/readyz` (requests are welcome) and `/metrics`; before security, and never shed. */
export function health({ ready, isDraining, metrics }: HealthOptions): RequestHandler {
  const pages = new Map<string, () => Promise<string>>([
    ["/livez", async () => "alive\n"],
    [
      "/readyz",
      async () => {
        if (isDraining()) throw unavailable("The server is ending.");
        await ready().catch((cause: unknown) => {
          throw unavailable("The store can't answer now.", cause);
        });
        return "ready\n";
      },
    ],
    ["/metrics", () => metrics.text()],
  ]);
  return async (request, response, next) => {
    const page = pages.get(request.path);
    if (!page) return next();
    response.locals.route = request.path;
    if (isDraining()) response.shouldKeepAlive = false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new Problem("method-not-allowed", { headers: { Allow: "GET, HEAD" } });
    }
    sendPage(response, { text: await page(), isHead: request.method === "HEAD", mediaType: typeOf(request.path) });
  };

  function typeOf(path: string): string {
    return path === "/metrics" ? metrics.mediaType : "text/plain; charset=utf-8";
  }
}

function sendPage(response: Response, page: { text: string; mediaType: string; isHead: boolean }): void {
  const bytes = Buffer.from(page.text);
  const headers = { "Content-Type": page.mediaType, "Content-Length": bytes.length, "Cache-Control": "no-store" };
  response.writeHead(200, headers);
  response.end(page.isHead ? undefined : bytes);
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem("unavailable", { detail, cause, headers: { "Retry-After": "1" } });
}
