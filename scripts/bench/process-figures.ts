import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const MICROS_PER_TICK = 10_000;

/**
 * The processor time so far of these processes and their descendants, and the resident memory of the first process and
 * its descendants. Undefined on systems without /proc.
 */
export function processFigures(pids: readonly number[]) {
  if (read("self", "stat") === "") return undefined;
  const trees = pids.map((pid) => treeOf(String(pid)));
  const rssKb = trees[0]?.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, "status"))?.[1] ?? 0)) ?? [];
  return { cpuMicros: sum(trees.flat().map(ticksOf)) * MICROS_PER_TICK, rssMb: sum(rssKb) / 1_024 };
}

function treeOf(pid: string): string[] {
  return [pid, ...read(pid, `task/${pid}/children`).split(" ").filter(Boolean).flatMap(treeOf)];
}

/** utime, stime and those of ended children: fields 14 to 17 of proc_pid_stat(5). The name before them may hold anything. */
function ticksOf(pid: string): number {
  const fields = read(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
  return sum(fields.slice(11, 15).map(Number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Empty if the process has ended. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
