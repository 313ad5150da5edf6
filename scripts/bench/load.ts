import autocannon, { type Client } from "autocannon";
import { quantile } from "../shared/statistics.ts";
import { processFigures } from "./process-figures.ts";
import type { Target } from "./service.ts";
import { CONNECTIONS, type RequestPlan, requestsOf } from "./sign-ins.ts";

/** Limited by seconds (`duration`) or by requests (`amount`). */
type Load = { plan: RequestPlan; round: number; status: number } & ({ duration: number } | { amount: number });

/**
 * Loads a server over 16 connections, each with one request at a time, and returns the figures of the round. Figures that
 * need /proc are undefined on systems without it. @throws if a response is missing or has a status other than `status`
 */
export async function load({ url, pids }: Target, { plan, round, status, ...limit }: Load) {
  const times: number[] = [];
  const counts = new Map<number, number>();
  let connection = 0;
  const setupClient = (client: Client) => {
    client.setRequests(requestsOf(plan, connection, round));
    // autocannon's own histogram has a resolution of one millisecond.
    client.on("response", (found, _bytes, ms) => {
      times.push(ms);
      counts.set(found, (counts.get(found) ?? 0) + 1);
    });
    connection += 1;
  };
  const [start, before, own] = [performance.now(), processFigures(pids), process.cpuUsage()];
  const { errors } = await autocannon({ url, connections: CONNECTIONS, setupClient, ...limit });
  const seconds = (performance.now() - start) / 1_000;
  const [after, { user, system }] = [processFigures(pids), process.cpuUsage(own)];
  counts.delete(status);
  const wrong = Array.from(counts, ([found, count]) => `${count} × ${found}`);
  if (errors > 0 || times.length === 0) wrong.push(`${errors} × no response`);
  if (wrong.length > 0) throw new Error(`${wrong.join(", ")} instead of ${status}`);
  return {
    "requests/s": times.length / seconds,
    "p50 ms": quantile(times, 0.5),
    "p99 ms": quantile(times, 0.99),
    "CPU µs": before && after && (after.cpuMicros - before.cpuMicros) / times.length,
    "RSS MB": after?.rssMb,
    "generator %": (user + system) / 1e4 / seconds,
  };
}
