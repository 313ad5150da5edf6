import type { RequestHandler } from "express";
import { createLateness } from "./lateness.ts";
import { Problem } from "./problem.ts";

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

/**
 * Two stages of the way in. `shed` refuses with 503, before anything is done for it, what can't be answered in time;
 * `work` counts those that are taken, once their bodies are there: a slow sender holds no place.
 */
export function createOverload(
  { inFlight = 256, delayMs = Number.POSITIVE_INFINITY }: LoadLimits,
  onShed: (reason: ShedReason) => void,
) {
  const isLate = createLateness(delayMs);
  let working = 0;

  const shed: RequestHandler = (_request, _response, next) => {
    const late = isLate();
    if (working < inFlight && !late) return next();
    onShed(late ? "delay" : "in-flight");
    throw new Problem("overloaded", { headers: { "Retry-After": "1" } });
  };
  const work: RequestHandler = (_request, response, next) => {
    working += 1;
    response.once("close", () => {
      working -= 1;
    });
    next();
  };
  return { shed, work, working: () => working };
}
