import { readdirSync, readFileSync } from "node:fs";

export interface ProcessFigures {
  /** Processor time so far, of these processes and all below them. */
  cpuMicros: number;
  /** Resident memory of the first of them and of all below it. */
  rssMb: number;
}

/** A tick of /proc is a hundredth of a second on every Linux. */
const MICROS_PER_TICK = 10_000;

/** Figures of processes with their children; undefined where there is no /proc. */
export function processFigures(pids: readonly number[]): ProcessFigures | undefined {
  const children = childrenByParent();
  if (!children) return undefined;
  const trees = pids.map((pid) => treeOf(pid, children));
  const ticks = trees.flat().reduce((sum, pid) => sum + ticksOf(pid), 0);
  const rssKb = (trees[0] ?? []).reduce((sum, pid) => sum + rssKbOf(pid), 0);
  return { cpuMicros: ticks * MICROS_PER_TICK, rssMb: rssKb / 1_024 };
}

function childrenByParent(): Map<number, number[]> | undefined {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return Map.groupBy(pids.map(Number), (pid) => Number(statOf(pid)[1]));
  } catch {
    return undefined;
  }
}

function treeOf(pid: number, children: ReadonlyMap<number, number[]>): number[] {
  return [pid, ...(children.get(pid) ?? []).flatMap((child) => treeOf(child, children))];
}

/** utime, stime and those of children that have ended: fields 14 to 17 of proc_pid_stat(5). */
function ticksOf(pid: number): number {
  return statOf(pid)
    .slice(11, 15)
    .reduce((sum, field) => sum + Number(field), 0);
}

/** The fields behind the name, which may hold anything; none of a process that is gone. */
function statOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function rssKbOf(pid: number): number {
  const [, kb = "0"] = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(kb);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
