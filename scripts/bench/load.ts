import { existsSync, readFileSync } from "node:fs";
import { openConnection } from "../shared/connection.ts";
import { quantile } from "../shared/statistics.ts";
import type { Target } from "./service.ts";
import { type RequestPlan, requestBytes } from "./sign-ins.ts";

/** Connections of a load. */
export const CONNECTIONS = 16;

interface Load {
  plan: RequestPlan;
  /** The only status that counts as success. */
  status: number;
  /** Ends the load, as does `requests`, whichever comes first. Default: no limit. */
  seconds?: number;
  requests?: number;
}

/**
 * Loads a server over 16 connections, each with one request at a time, and returns the figures of the round. Figures that
 * need /proc are undefined on systems without it. @throws if a response is missing or has another status
 */
export async function load({ url, pid }: Target, { plan, status, seconds = Infinity, requests = Infinity }: Load) {
  const times: number[] = [];
  let sent = 0;
  const [start, before, own] = [performance.now(), processFigures(pid), process.cpuUsage()];
  const elapsed = () => (performance.now() - start) / 1_000;
  const drive = async () => {
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
  await Promise.all(Array.from({ length: CONNECTIONS }, drive));
  const [took, after, { user, system }] = [elapsed(), processFigures(pid), process.cpuUsage(own)];
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

/** The processor time of a process so far, and its resident memory; undefined on systems without /proc. */
function processFigures(pid: number): { cpuMicros: number; rssMb: number } | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  // utime and stime: fields 14 and 15 of proc_pid_stat(5). The name before them may hold anything.
  const fields = read("stat").replace(/^.*\) /s, "");
  const [user, system] = fields.split(" ").slice(11, 13);
  const [, rssKb] = /^VmRSS:\s+(\d+)/m.exec(read("status")) ?? [];
  return { cpuMicros: (Number(user) + Number(system)) * MICROS_PER_TICK, rssMb: Number(rssKb) / 1_024 };
}
