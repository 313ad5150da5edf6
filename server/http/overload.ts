import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { createLateness } from "./lateness.ts";
import { REFUSALS } from "./refusals.ts";
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
  const isLate = createLateness(delayMs);
  let working = 0;

  const work: RequestHandler = (_request, response, next) => {
    working += 1;
    response.once("close", () => {
      working -= 1;
    });
    next();
  };
  /** In front of the app and not in it: a refusal must cost a tenth of an answer, or refusing is what overloads. */
  const before =
    (app: RequestListener, isExempt: (path: string) => boolean): RequestListener =>
    (request, response) => {
      const late = isLate();
      if ((working < inFlight && !late) || isExempt(request.url ?? "")) return app(request, response);
      onShed(late ? "delay" : "in-flight");
      refuse(request, response);
    };
  return { before, work };
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const instance = requestIdOf(request);
  const body = JSON.stringify({ type: TYPE, title, detail, status, instance });
  response.writeHead(status, [
    ...["Content-Type", "application/problem+json", "Content-Length", String(Buffer.byteLength(body))],
    ...["Retry-After", RETRY_AFTER_SECONDS, "X-Request-Id", instance],
  ]);
  response.end(body);
}
