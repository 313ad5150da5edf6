import { createHmac, createSecretKey, randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { RequestHandler, Response } from "express";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";
import type { Shutdown } from "./shutdown.ts";

/**
 * Sets the first `response.locals`. The request id is the caller's X-Request-Id if it is 1 to 128 visible ASCII
 * characters, else a new UUID; the response repeats it. `onEnd` uses the only `close` listener of the response.
 */
export function requestContext(shutdown: Pick<Shutdown, "isOpen" | "closes">, log?: AccessLogOptions): RequestHandler {
  return (request, response, next) => {
    const { locals } = response;
    let registered = () => {};
    locals.requestId = requestIdOf(request);
    locals.shutdown = shutdown;
    locals.onEnd = (work) => {
      const earlier = registered;
      registered = () => {
        earlier();
        work();
      };
    };
    response.setHeader("X-Request-Id", locals.requestId);
    // Node ignores the upgrade, but loses the bytes behind such a request, so no later request can be on this connection.
    if (request.headers.upgrade !== undefined) response.setHeader("Connection", "close");
    listenForEnd(response, () => registered(), log);
    next();
  };
}

/**
 * A function of its own, so that the listener shares no context with `onEnd`: if it does, V8 promotes whole requests to
 * the old space (scavenges of 7 instead of 0.7 ms, 30 % more CPU for a sync).
 */
function listenForEnd(response: Response, work: () => void, options?: AccessLogOptions): void {
  const start = performance.now();
  options?.metrics.inFlight.inc();
  response.once("close", () => {
    if (options) logRequest(response, start, options);
    work();
  });
}

function requestIdOf({ headers }: IncomingMessage): string {
  const sent = headers["x-request-id"];
  return typeof sent === "string" && /^[\x21-\x7e]{1,128}$/.test(sent) ? sent : randomUUID();
}

export interface AccessLogOptions {
  log: Logger;
  metrics: Metrics;
  /** Formats user ids for the log: as a keyed hash, or in clear. */
  formatUserId: (userId: string) => string;
}

/**
 * Logs one line per request when it ends, and counts it. Never logs credentials, the body or attribute values. Requests
 * that load shedding rejects are counted and not logged.
 */
function logRequest(response: Response, start: number, { log, metrics, formatUserId }: AccessLogOptions): void {
  const { requestId, route, operation, problem, caller, path, refusals } = response.locals;
  const { method } = response.req;
  const userId = path?.userId;
  const ms = Math.round((performance.now() - start) * 100) / 100;
  const status = response.writableFinished ? response.statusCode : undefined;
  metrics.inFlight.dec();
  metrics.requests.inc({ operation: operation?.id ?? "", status: status ?? "none", problem: problem ?? "" });
  metrics.duration.observe(ms / 1_000);
  if (problem === "overloaded") return;
  const user = userId && formatUserId(userId);
  log.info({ requestId, method, route, status, problem, ms, caller: caller?.id, user, ...refusals }, "request");
}

/** Maximum number of cached hashes. Ids longer than `MAX_CACHED_ID` characters are not cached. */
const MAX_CACHED = 1_000;
const MAX_CACHED_ID = 256;

/**
 * Returns a function that hashes user ids with a key, so that log lines of one user can be correlated without the id.
 */
export function userIdHash(key: string | Buffer = randomBytes(32)): (userId: string) => string {
  const secret = createSecretKey(Buffer.from(key));
  const cached = new Map<string, string>();
  return (userId) => {
    const known = cached.get(userId);
    if (known !== undefined) return known;
    const hash = createHmac("sha256", secret).update(userId).digest("base64url").slice(0, 16);
    if (cached.size >= MAX_CACHED) cached.clear();
    if (userId.length <= MAX_CACHED_ID) cached.set(userId, hash);
    return hash;
  };
}
