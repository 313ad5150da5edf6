import { createHmac, createSecretKey, randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "pino";
import type { ClientAddress } from "../auth/client-address.ts";
import { HEALTH_PATHS } from "./health.ts";
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
    listenForEnd(request, response, () => registered(), log);
    next();
  };
}

/**
 * A function of its own, so that the listener shares no context with `onEnd`: if it does, V8 promotes whole requests to
 * the old space (scavenges of 7 instead of 0.7 ms, 30 % more CPU for a sync).
 */
function listenForEnd(request: Request, response: Response, work: () => void, options?: AccessLogOptions): void {
  const start = performance.now();
  const isProbe = HEALTH_PATHS.includes(request.path);
  // Node keeps the address of a connection that is closed later only if it was read before.
  void request.socket.remoteAddress;
  if (!isProbe) options?.metrics.inFlight.inc();
  response.once("close", () => {
    if (options && isProbe) logProbe(response, options);
    else if (options) logRequest(response, start, options);
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
  hashKeyId: (keyId: string) => string;
  /** Default: the address of the connection. */
  addressOf: ClientAddress | undefined;
  /** The key id of a request's credentials, also if they are wrong. */
  triedKeyId: (request: IncomingMessage) => string | undefined;
}

/**
 * Logs one line per request when it ends, and counts it. Never logs credentials, the body or attribute values. Requests
 * that load shedding rejects are counted and not logged.
 */
function logRequest(response: Response, start: number, options: AccessLogOptions): void {
  const { log, metrics, formatUserId } = options;
  const { requestId, route, operation, problem, caller, path, refusals } = response.locals;
  const { req: request } = response;
  const { method } = request;
  const userId = path?.userId;
  const ms = Math.round((performance.now() - start) * 100) / 100;
  const status = statusOf(response);
  const labels = { operation: operation?.id ?? "", method };
  metrics.inFlight.dec();
  metrics.requests.inc({ ...labels, status: status ?? "none", problem: problem ?? "" });
  metrics.duration.observe(labels, ms / 1_000);
  if (problem === "overloaded") return;
  const user = userId && formatUserId(userId);
  const key = status === 401 || status === 429 ? keyOf(request, options) : undefined;
  const traceId = traceIdOf(request);
  const client = addressOf(request, options);
  log.info(
    { requestId, traceId, method, route, status, problem, ms, client, caller: caller?.id, key, user, ...refusals },
    "request",
  );
}

/** Probes and scrapes are frequent, and of interest only if something is wrong. */
function logProbe(response: Response, options: AccessLogOptions): void {
  const { log, metrics } = options;
  const { requestId, route, problem } = response.locals;
  const { req: request } = response;
  const status = statusOf(response);
  metrics.probes.inc({ path: route ?? "", status: status ?? "none" });
  log.debug(
    { requestId, method: request.method, route, status, problem, client: addressOf(request, options) },
    "probe",
  );
}

function addressOf(request: IncomingMessage, options: AccessLogOptions): string | undefined {
  return options.addressOf ? options.addressOf(request) : request.socket.remoteAddress;
}

/** Undefined if the connection was closed before the end of the response. */
function statusOf({ writableFinished, statusCode }: Response): number | undefined {
  return writableFinished ? statusCode : undefined;
}

function keyOf(request: IncomingMessage, { triedKeyId, hashKeyId }: AccessLogOptions): string | undefined {
  const id = triedKeyId(request);
  return id === undefined ? undefined : hashKeyId(id);
}

/** The trace id of `traceparent` (W3C Trace Context, section 3.2). */
function traceIdOf({ headers: { traceparent } }: IncomingMessage): string | undefined {
  const [, traceId] =
    /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-|$)/.exec(String(traceparent)) ?? [];
  return traceId;
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
