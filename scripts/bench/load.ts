import { existsSync, readFileSync } from "node:fs";
import { openConnection } from "../shared/connection.ts";
import { quantile } from "../shared/statistics.ts";
import type { Target } from "./service.ts";
import { type RequestPlan, requestBytes } from "./sign-ins.ts";

/** Default number of connections of a load. */
export const CONNECTIONS = 16;

interface Load {
  plan: RequestPlan;
  /** The only status that counts as success. */
  status: number;
  connections?: number;
  /** Ends the load, as does `requests`, whichever comes first. Default: no limit. */
  seconds?: number;
  requests?: number;
}

/**
 * Loads a server and its peers over connections with one request at a time, and returns the figures of the round. Figures
 * that need /proc are undefined on systems without it. @throws if a response is missing or has another status
 */
export async function load(target: Target, load: Load) {
  const { plan, status, connections = CONNECTIONS, seconds = Infinity, requests = Infinity } = load;
  const targets = [target, ...(target.peers ?? [])];
  const times: number[] = [];
  let sent = 0;
  const [start, before, own] = [performance.now(), figuresOf(targets), process.cpuUsage()];
  const elapsed = () => (performance.now() - start) / 1_000;
  const drive = async ({ url }: Target) => {
    const { socket, send } = openConnection(url);
    try {
      while (elapsed() < seconds && sent < requests) {
        sent += 1;
        const reply = await send(requestBytes(url, plan, sent));
        if (reply.status !== status) throw new Error(`The server returned ${reply.status} instead of ${status}.`);
        times.push(reply.ms);
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, at) => drive(targets[at % targets.length] ?? target)));
  const [took, after, { user, system }] = [elapsed(), figuresOf(targets), process.cpuUsage(own)];
  return {
    "requests/s": times.length / took,
    "p50 ms": quantile(times, 0.5),
    "p99 ms": quantile(times, 0.99),
    "CPU µs": before && after && (after.cpuMicros - before.cpuMicros) / times.length,
    "RSS MB": after?.rssMb,
    "generator %": (user + system) / 1e4 / took,
  };
}

/** Linux counts processor time in hundredths of a second. */
const MICROS_PER_TICK = 10_000;

interface ProcessFigures {
  cpuMicros: number;
  rssMb: number;
}

/** The processor time of the servers so far, and their resident memory; undefined on systems without /proc. */
function figuresOf(targets: readonly Target[]): ProcessFigures | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  const all = targets.map(({ pid }) => processFigures(pid));
  const total = (name: keyof ProcessFigures) => all.reduce((sum, figures) => sum + figures[name], 0);
  return { cpuMicros: total("cpuMicros"), rssMb: total("rssMb") };
}

function processFigures(pid: number): ProcessFigures {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  // utime and stime: fields 14 and 15 of proc_pid_stat(5). The name before them may hold anything.
  const fields = read("stat").replace(/^.*\) /s, "");
  const [user, system] = fields.split(" ").slice(11, 13);
  const [, rssKb] = /^VmRSS:\s+(\d+)/m.exec(read("status")) ?? [];
  return { cpuMicros: (Number(user) + Number(system)) * MICROS_PER_TICK, rssMb: Number(rssKb) / 1_024 };
}
