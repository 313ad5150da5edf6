import { performance } from "node:perf_hooks";
import { clearInterval, setInterval, setTimeout } from "node:timers";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";
import { Problem } from "./problem.ts";

export interface LoadLimits {
  /** Maximum number of concurrent requests whose body has arrived. Default 256. */
  inFlight?: number | undefined;
  /** Maximum event-loop delay in milliseconds. Two samples in a row, 50 ms apart, must exceed it. Default: no limit. */
  delayMs?: number | undefined;
}

const SAMPLE_MS = 50;
const LOG_MS = 1_000;

export type LoadShedding = ReturnType<typeof createLoadShedding>;

/**
 * Load shedding: `shed` replies with 503 while a limit is exceeded, before security and before the body is read;
 * `track` counts the requests whose body has arrived.
 */
export function createLoadShedding(
  { inFlight = 256, delayMs = Number.POSITIVE_INFINITY }: LoadLimits,
  { metrics, loopDelay, log }: { metrics: Pick<Metrics, "sheds">; loopDelay: { ms(): number }; log: Logger },
) {
  let requests = 0;
  const logShed = createShedLog(log);

  const exceeded = () => {
    if (requests >= inFlight) return "in-flight";
    return loopDelay.ms() > delayMs ? "delay" : undefined;
  };
  const shed: RequestHandler = (_request, _response, next) => {
    const reason = exceeded();
    if (reason === undefined) return next();
    metrics.sheds.inc({ reason });
    logShed();
    throw new Problem("overloaded", { headers: { "Retry-After": "1" } });
  };
  const track: RequestHandler = (_request, response, next) => {
    requests += 1;
    response.locals.onEnd(() => {
      requests -= 1;
    });
    next();
  };
  return { shed, track };
}

/**
 * Samples the time by which a timer of 50 ms is late, which is the delay of the event loop, until it is closed. `ms` is the
 * lower of the last two samples, so that a single pause does not count.
 */
export function sampleLoopDelay({ loopDelay }: Pick<Metrics, "loopDelay">) {
  let [previous, current] = [0, 0];
  let expected = performance.now() + SAMPLE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    [previous, current] = [current, Math.max(0, now - expected)];
    loopDelay.observe(current / 1_000);
    expected = now + SAMPLE_MS;
  }, SAMPLE_MS).unref();
  return { ms: () => Math.min(previous, current), close: () => clearInterval(timer) };
}

/** Logs one line a second, because a line per request would add to the load. */
function createShedLog(log: Logger): () => void {
  let sheds = 0;
  const report = () => {
    log.warn({ sheds }, "overloaded");
    sheds = 0;
  };
  return () => {
    if (sheds === 0) setTimeout(report, LOG_MS).unref();
    sheds += 1;
  };
}

/** Far more than clients and proxies send. The parser limits the size of the headers and not their number. */
const MAX_HEADERS = 100;

/**
 * Rejects a request with more than 100 header fields with 431, because the checks of headers take time for each field.
 */
export const headerLimit: RequestHandler = (request, _response, next) => {
  if (request.rawHeaders.length / 2 <= MAX_HEADERS) return next();
  throw new Problem("headers-too-large", {
    detail: `At most ${MAX_HEADERS} header fields are accepted.`,
    headers: { Connection: "close" },
  });
};
