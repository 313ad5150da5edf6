import autocannon, { type Client, type Request } from "autocannon";
import { processFigures } from "./process-figures.ts";
import { CONNECTIONS } from "./requests.ts";
import { quantileOf } from "./spread.ts";

/** A server that is under way. */
export interface Running {
  url: string;
  /** Its process, and the database's where it has one. */
  pids: readonly number[];
  end(): Promise<void>;
}

export interface Load {
  server: Running;
  /** The only status that counts as an answer. */
  status: number;
  requestsOf(connection: number): Request[];
  /** How long; or how many requests. */
  length: { seconds: number } | { amount: number };
}

/** One round. What needs /proc is undefined where there is none. */
export interface RoundFigures {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMicros: number | undefined;
  rssMb: number | undefined;
  /** Processor time of the generator, as a share of one core: near 1, it is what was measured. */
  generatorShare: number;
  /** What went wrong, as "3 × 503"; empty where nothing did. */
  wrong: string[];
  wrongCount: number;
}

/** Where a number of requests is what ends the load. */
const LONGEST_SECONDS = 3_600;

/** Loads a server with requests of 16 connections, each after the other. */
export async function load({ server, status, requestsOf, length }: Load): Promise<RoundFigures> {
  const { times, errors, statuses, listen } = watcher();
  let connection = 0;
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const options = {
    url: server.url,
    connections: CONNECTIONS,
    ...("seconds" in length ? { duration: LONGEST_SECONDS } : length),
    sampleInt: 50,
    setupClient(client: Client) {
      client.setRequests(requestsOf(connection));
      connection += 1;
    },
  };
  const instance = autocannon(options, (error: Error | null) => (error ? reject(error) : resolve()));
  listen(instance);
  const [start, before, own] = [performance.now(), processFigures(server.pids), process.cpuUsage()];
  // autocannon's own end comes at the next whole second.
  const timer = "seconds" in length ? setTimeout(() => instance.stop(), length.seconds * 1_000) : undefined;
  await over;
  clearTimeout(timer);
  const [seconds, after, spent] = [
    (performance.now() - start) / 1_000,
    processFigures(server.pids),
    process.cpuUsage(own),
  ];
  const sorted = Float64Array.from(times).sort();
  return {
    requestsPerSecond: sorted.length / seconds,
    p50Ms: quantileOf(sorted, 0.5),
    p99Ms: quantileOf(sorted, 0.99),
    cpuMicros: before && after && (after.cpuMicros - before.cpuMicros) / sorted.length,
    rssMb: after?.rssMb,
    generatorShare: (spent.user + spent.system) / 1e6 / seconds,
    wrong: wrongIn({ statuses, expected: status, errors: errors.length }),
    wrongCount: sorted.length - (statuses.get(status) ?? 0) + errors.length,
  };
}

/** Keeps each answer's own time: autocannon's histogram knows whole milliseconds only. */
function watcher() {
  const [times, errors]: [number[], unknown[]] = [[], []];
  const statuses = new Map<number, number>();
  const listen = (instance: autocannon.Instance) => {
    instance.on("response", (_client, status, _bytes, ms) => {
      times.push(ms);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    instance.on("reqError", (error) => errors.push(error));
  };
  return { times, errors, statuses, listen };
}

interface Outcome {
  statuses: ReadonlyMap<number, number>;
  expected: number;
  errors: number;
}

export function wrongIn({ statuses, expected, errors }: Outcome): string[] {
  const others = [...statuses]
    .filter(([status]) => status !== expected)
    .map(([status, count]) => `${count} × ${status}`);
  const isSilent = !statuses.has(expected) && others.length === 0;
  return [...others, ...(errors > 0 ? [`${errors} × no answer`] : []), ...(isSilent ? ["nothing was answered"] : [])];
}
