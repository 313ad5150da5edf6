import type { RequestHandler } from "express";
import type { Metrics } from "./metrics.ts";
import { Problem } from "./problem.ts";
import { send } from "./send.ts";

export interface HealthOptions {
  /** Rejects while the store is unavailable. */
  ready: () => Promise<void>;
  metrics: Metrics;
}

const PATHS = ["/livez", "/readyz", "/metrics"] as const;
type HealthPath = (typeof PATHS)[number];

/** Whether `health` handles the path. */
export function isHealthPath(path: string): path is HealthPath {
  return PATHS.some((one) => one === path);
}

/** `/livez` (the process runs, no I/O), `/readyz` (the store is available, no shutdown) and `/metrics`; without security. */
export function health({ ready, metrics }: HealthOptions): RequestHandler {
  const pages: Readonly<Record<HealthPath, (isDraining: boolean) => Promise<string>>> = {
    "/livez": async () => "alive\n",
    "/readyz": async (isDraining) => {
      if (isDraining) throw unavailable("The server is shutting down.");
      await ready().catch((cause: unknown) => {
        throw unavailable("The store is unavailable.", cause);
      });
      return "ready\n";
    },
    "/metrics": () => metrics.text(),
  };
  return async ({ path, method }, response, next) => {
    if (!isHealthPath(path)) return next();
    response.locals.route = path;
    if (method !== "GET" && method !== "HEAD") {
      throw new Problem("method-not-allowed", { headers: { Allow: "GET, HEAD" } });
    }
    const isDraining = response.locals.shutdown.isDraining();
    // Load balancers poll over kept connections, which would hold the shutdown up.
    if (isDraining) response.setHeader("Connection", "close");
    const mediaType = path === "/metrics" ? metrics.mediaType : "text/plain";
    const text = await pages[path](isDraining);
    send(response, { status: 200, mediaType, headers: { "Cache-Control": "no-store" }, text });
  };
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem("unavailable", { detail, cause, headers: { "Retry-After": "1" } });
}
