import type { RequestHandler } from "express";
import type { Metrics } from "./metrics.ts";
import { Problem } from "./problem.ts";
import { send } from "./respond.ts";

export interface HealthOptions {
  /** Rejects with the cause while the store is unavailable, or with another Problem. */
  ready: () => Promise<void>;
  metrics: Pick<Metrics, "text" | "contentType">;
}

export const HEALTH_PATHS = ["/livez", "/readyz", "/metrics"];

/**
 * `/livez` (the process runs, no I/O), `/readyz` (the store is available, no shutdown) and `/metrics`; without
 * security.
 */
export function health({ ready, metrics }: HealthOptions): RequestHandler {
  const textOf = async (path: string, isOpen: boolean): Promise<string> => {
    if (path === "/livez") return "alive\n";
    if (path === "/metrics") return metrics.text();
    if (!isOpen) throw unavailable("The server is shutting down.");
    await ready().catch((cause: unknown) => {
      throw cause instanceof Problem ? cause : unavailable("The store is unavailable.", cause);
    });
    return "ready\n";
  };
  return async ({ path, method }, response) => {
    response.locals.route = path;
    const { isOpen } = response.locals.shutdown;
    // Load balancers poll over keep-alive connections, which would delay the shutdown.
    if (!isOpen) response.setHeader("Connection", "close");
    if (method !== "GET" && method !== "HEAD") {
      throw new Problem("method-not-allowed", { headers: { Allow: "GET, HEAD" } });
    }
    const mediaType = path === "/metrics" ? metrics.contentType : "text/plain";
    const text = await textOf(path, isOpen);
    send(response, { status: 200, mediaType, headers: { "Cache-Control": "no-store" }, text });
  };
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem("unavailable", { detail, cause, headers: { "Retry-After": "1" } });
}
