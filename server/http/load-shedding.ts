import { randomUUID } from "node:crypto";
import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from "node:http";
import type { RequestHandler } from "express";
import type { EarlyRefusal } from "./early-refusal.ts";
import { createLateness } from "./lateness.ts";
import { REFUSALS } from "./problem-types.ts";
import { requestIdOf } from "./request-id.ts";

export interface LoadLimits {
  /** Requests that are worked on at a time; those whose body is still on its way do not count. Default 256. */
  inFlight?: number | undefined;
  /**
   * Milliseconds a request may have waited for the event loop while that is overloaded. Default: any time, for in a
   * process that does other things too, a late event loop says nothing about requests.
   */
  delayMs?: number | undefined;
}

export type ShedReason = "in-flight" | "delay";

const { status, title, detail } = REFUSALS.overloaded;
const TYPE = "urn:nexus-sync:problem:overloaded";
const RETRY_AFTER_SECONDS = "1";

/**
 * `before` refuses with 503, before anything is done for it, what can't be answered in time; `work` is the stage that
 * counts those that were taken, once their bodies are there: a slow sender holds no place.
 */
export function createOverload(limits: LoadLimits, onShed: (reason: ShedReason) => void) {
  const { inFlight = 256, delayMs = Number.POSITIVE_INFINITY } = limits;
  const { isLate, take } = createLateness(delayMs);
  let working = 0;

  const work: RequestHandler = (_request, response, next) => {
    working += 1;
    response.once("close", () => {
      working -= 1;
    });
    next();
  };
  const reason = (): ShedReason | undefined => {
    if (isLate()) return "delay";
    return working < inFlight ? undefined : "in-flight";
  };
  /** In front of the app and not in it: a refusal must cost a tenth of an answer, or refusing is what overloads. */
  const before =
    (app: RequestListener, isExempt: (path: string) => boolean): RequestListener =>
    (request, response) => {
      const why = reason();
      if (why === undefined) take();
      if (why === undefined || isExempt(request.url ?? "")) return app(request, response);
      onShed(why);
      refuse(request, response);
    };
  /** The same for those who can be refused before they are a request. */
  const early = (isExempt: (path: string) => boolean): EarlyRefusal => ({
    reason,
    isExempt,
    answer(why, requestId = randomUUID()) {
      onShed(why);
      return early503(requestId);
    },
  });
  return { before, early, work };
}

const CONNECTION = ["Connection: keep-alive", "Keep-Alive: timeout=5"];

function early503(requestId: string): string {
  const body = bodyFor(requestId);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...["Content-Type: application/problem+json", `Content-Length: ${Buffer.byteLength(body)}`],
    ...[`Retry-After: ${RETRY_AFTER_SECONDS}`, `X-Request-Id: ${requestId}`, `Date: ${new Date().toUTCString()}`],
    ...CONNECTION,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function bodyFor(instance: string): string {
  return JSON.stringify({ type: TYPE, title, detail, status, instance });
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const instance = requestIdOf(request);
  const body = bodyFor(instance);
  response.writeHead(status, [
    ...["Content-Type", "application/problem+json", "Content-Length", String(Buffer.byteLength(body))],
    ...["Retry-After", RETRY_AFTER_SECONDS, "X-Request-Id", instance],
  ]);
  response.end(body);
}
