import { existsSync, readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const MICROS_PER_TICK = 10_000;

/** The processor time of a process so far, and its resident memory; undefined on systems without /proc. */
export function processFigures(pid: number): { cpuMicros: number; rssMb: number } | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  // utime and stime: fields 14 and 15 of proc_pid_stat(5). The name before them may hold anything.
  const fields = read("stat").replace(/^.*\) /s, "");
  const [user, system] = fields.split(" ").slice(11, 13);
  const [, rssKb] = /^VmRSS:\s+(\d+)/m.exec(read("status")) ?? [];
  return { cpuMicros: (Number(user) + Number(system)) * MICROS_PER_TICK, rssMb: Number(rssKb) / 1_024 };
}
