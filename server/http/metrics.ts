import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Upper bounds of the histograms, in seconds, up to the time limit of a request. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const NANOSECONDS = 1e9;

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Metrics of one server; several servers in one process do not share them. `lostLogLines` returns the number of log lines
 * that could not be written.
 */
export function createMetrics(lostLogLines: () => number = () => 0) {
  const registry = new Registry();
  const registers = [registry];
  const named = (name: string, help: string) => ({ name: `nexus_sync_${name}`, help, registers });
  const close = observeEventLoopDelay(registry);
  new Counter({
    ...named("log_lines_lost_total", "Log lines that could not be written"),
    collect() {
      this.reset();
      this.inc(lostLogLines());
    },
  });
  return {
    registry,
    requests: new Counter({
      ...named("requests_total", "Requests by operation, status and problem type"),
      labelNames: ["operation", "status", "problem"] as const,
    }),
    duration: new Histogram({
      ...named("request_duration_seconds", "From the headers of a request to the end of its response"),
      buckets: BUCKETS,
    }),
    inFlight: new Gauge(named("requests_in_flight", "Requests without a response yet")),
    store: new Histogram({
      ...named("store_duration_seconds", "One sync in the store: read, decide, save"),
      buckets: BUCKETS,
    }),
    sheds: new Counter({
      ...named("sheds_total", "Requests rejected by load shedding"),
      labelNames: ["reason"] as const,
    }),
    /** Side `request`: in requests; side `answer` (a published label): in responses, which were not sent. */
    violations: new Counter({
      ...named("contract_violations_total", "Violations of the contract"),
      labelNames: ["side"] as const,
    }),
    close,
  };
}

/** Percentiles since the last scrape. */
function observeEventLoopDelay(registry: Registry): () => void {
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
