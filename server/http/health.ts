import type { RequestHandler } from "express";
import type { Metrics } from "./metrics.ts";
import { Problem } from "./problem.ts";

export interface HealthOptions {
  /** Rejects where the store can't answer. */
  ready: () => Promise<void>;
  isDraining: () => boolean;
  metrics: Metrics;
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
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new Problem("method-not-allowed", { headers: { Allow: "GET, HEAD" } });
    }
    const text = Buffer.from(await page());
    const type = request.path === "/metrics" ? metrics.mediaType : "text/plain; charset=utf-8";
    response.writeHead(200, { "Content-Type": type, "Content-Length": text.length, "Cache-Control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : text);
  };
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem("unavailable", { detail, cause, headers: { "Retry-After": "1" } });
}
