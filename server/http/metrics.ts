import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Operation } from "../contract/operations.ts";
import type { PoolState } from "../store/store.ts";
import { PROBLEM_TYPES } from "./problem-types.ts";

/** Upper bounds of the histograms, in seconds, up to the time limit of a request. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

export type Metrics = ReturnType<typeof createMetrics>;

export interface MetricsOptions {
  /** Version of the contract. */
  version: string;
  /** Number of log lines that could not be written. */
  lostLogLines?: (() => number) | undefined;
  /** Undefined for a store without connections. */
  pool?: (() => PoolState) | undefined;
}

/**
 * Metrics of one server; several servers in one process share only those of the process. All series are there from the
 * start, with the value 0, so that the first event is an increase.
 */
export function createMetrics({ version, lostLogLines = () => 0, pool }: MetricsOptions) {
  const registry = new Registry();
  const registers = [registry];
  const named = (name: string, help: string) => ({ name: `nexus_sync_${name}`, help, registers });
  const build = {
    ...named("build_info", "Always 1; the labels are versions"),
    labelNames: ["version", "node_version"],
  };
  new Gauge(build).set({ version, node_version: process.version }, 1);
  new Counter({
    ...named("log_lines_lost_total", "Log lines that could not be written"),
    collect() {
      this.reset();
      this.inc(lostLogLines());
    },
  });
  if (pool) observePool(named, pool);
  const requests = new Counter({
    ...named("requests_total", "Requests by operation, method, status and problem type, without probes"),
    labelNames: ["operation", "method", "status", "problem"] as const,
  });
  const duration = new Histogram({
    ...named("request_duration_seconds", "From the headers of a request to the end of its response, without probes"),
    labelNames: ["operation", "method"] as const,
    buckets: BUCKETS,
  });
  const sheds = new Counter({
    ...named("sheds_total", "Requests rejected by load shedding"),
    labelNames: ["reason"] as const,
  });
  const violations = new Counter({
    ...named("contract_violations_total", "Violations of the contract"),
    labelNames: ["side"] as const,
  });
  for (const reason of ["in-flight", "delay"] as const) sheds.inc({ reason }, 0);
  for (const side of ["request", "answer"] as const) violations.inc({ side }, 0);
  return {
    /** The Prometheus text of this server and of its process. */
    text: async () => `${await registry.metrics()}\n${await processMetrics().metrics()}`,
    contentType: registry.contentType,
    requests,
    duration,
    probes: new Counter({
      ...named("probes_total", "Requests of /livez, /readyz and /metrics"),
      labelNames: ["path", "status"] as const,
    }),
    inFlight: new Gauge(named("requests_in_flight", "Requests without a response yet, without probes")),
    store: new Histogram({
      ...named("store_duration_seconds", "One sync in the store: read, decide, save"),
      buckets: BUCKETS,
    }),
    sheds,
    /** Side `request`: in requests; side `answer` (a published label): in responses, which were not sent. */
    violations,
    loopDelay: new Histogram({
      ...named("event_loop_delay_seconds", "Time by which a timer was late, sampled every 50 ms"),
      buckets: BUCKETS,
    }),
    /** Adds the series of a contract's operations. */
    declare(operations: readonly Operation[]) {
      for (const { id, method, responses } of operations) {
        const labels = { operation: id, method: method.toUpperCase() };
        duration.zero(labels);
        for (const status of Object.keys(responses).filter((one) => /^[123]\d\d$/.test(one))) {
          requests.inc({ ...labels, status, problem: "" }, 0);
        }
        for (const [problem, { status }] of Object.entries(PROBLEM_TYPES)) {
          requests.inc({ ...labels, status, problem }, 0);
        }
      }
    },
    close: () => registry.clear(),
  };
}

function observePool(named: (name: string, help: string) => { name: string; help: string }, pool: () => PoolState) {
  new Gauge({
    ...named("database_connections", "Connections to the database by state"),
    labelNames: ["state"] as const,
    collect() {
      const { inUse, idle } = pool();
      this.set({ state: "in_use" }, inUse);
      this.set({ state: "idle" }, idle);
    },
  });
  new Gauge({
    ...named("database_waiting", "Syncs and other work that wait for a connection to the database"),
    collect() {
      this.set(pool().waiting);
    },
  });
}

const OF_PROCESS: { registry?: Registry } = {};

/** prom-client's metrics of the process, its heap and its garbage collection; one registry, because its observer never ends. */
function processMetrics(): Registry {
  if (OF_PROCESS.registry) return OF_PROCESS.registry;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of registry.getMetricsAsArray().map((metric) => metric.name)) {
    // Its measure of the event loop includes the interval of its timer and is reset by each scrape; gauges of active
    // handles are named like counters.
    if (/^nodejs_(eventloop_lag|active_)/.test(name)) registry.removeSingleMetric(name);
  }
  OF_PROCESS.registry = registry;
  return registry;
}
