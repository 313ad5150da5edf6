import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ShedReason } from "./load-shedding.ts";

/** Upper bounds of the histograms, in seconds: from a sync that changes nothing to a request's whole time. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const OVERLOADED = { status: "503", problem: "overloaded" };
const NANOSECONDS = 1e9;

export type Metrics = ReturnType<typeof createMetrics>;

/** Metrics of one server in Prometheus format; several servers in one process do not share them. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    ...{ name: "nexus_sync_requests_total", help: "Requests by status and problem type", registers },
    labelNames: ["status", "problem"] as const,
  });
  const duration = new Histogram({
    ...{
      name: "nexus_sync_request_duration_seconds",
      help: "From the headers of a request to the end of its response",
      registers,
    },
    buckets: BUCKETS,
  });
  const store = new Histogram({
    ...{ name: "nexus_sync_store_duration_seconds", help: "One sync in the store: read, decide, save", registers },
    buckets: BUCKETS,
  });
  // Counted in plain numbers and added at a scrape: shedding must cost as little as possible.
  const shed = { "in-flight": 0, delay: 0 };
  new Counter({
    ...{ name: "nexus_sync_sheds_total", help: "Requests rejected by load shedding", registers },
    labelNames: ["reason"] as const,
    collect() {
      for (const reason of ["in-flight", "delay"] as const) {
        this.inc({ reason }, shed[reason]);
        requests.inc(OVERLOADED, shed[reason]);
        shed[reason] = 0;
      }
    },
  });
  const violations = new Counter({
    ...{ name: "nexus_sync_contract_violations_total", help: "Violations of the contract", registers },
    labelNames: ["side"] as const,
  });
  const inFlight = new Gauge({
    name: "nexus_sync_requests_in_flight",
    help: "Requests without a response yet",
    registers,
  });
  const closeDelay = eventLoopDelay(registry);
  return {
    /** The exposition text; its media type is `mediaType`. */
    text: () => registry.metrics(),
    mediaType: registry.contentType,
    begin: () => inFlight.inc(),
    end(status: number | undefined, problem: string | undefined, seconds: number) {
      inFlight.dec();
      requests.inc({ status: status ?? "none", problem: problem ?? "" });
      duration.observe(seconds);
    },
    shed(reason: ShedReason) {
      shed[reason] += 1;
    },
    /** Side `request`: a request; side `answer` (the label of 1.0): a response that was not sent. */
    violated: (side: "request" | "answer", count: number) => violations.inc({ side }, count),
    stored: (seconds: number) => store.observe(seconds),
    close: closeDelay,
  };
}

/** Percentiles since the last scrape. */
function eventLoopDelay(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  new Gauge({
    ...{ name: "nexus_sync_event_loop_delay_seconds", help: "Event-loop delay since the last scrape" },
    labelNames: ["quantile"] as const,
    registers: [registry],
    collect() {
      for (const quantile of [50, 99, 100]) {
        this.set({ quantile: String(quantile / 100) }, delay.percentile(quantile) / NANOSECONDS);
      }
      delay.reset();
    },
  });
  return () => {
    delay.disable();
    registry.clear();
  };
}
