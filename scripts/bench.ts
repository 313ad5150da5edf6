import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chart } from "./bench/chart.ts";
import { thisMachine } from "./bench/machine.ts";
import { type BenchResults, measure, type Voice } from "./bench/measure.ts";
import { type BenchOptions, readOptions } from "./bench/options.ts";
import { makePlace } from "./bench/place.ts";
import { report } from "./bench/report.ts";
import { type Verdict, verdictLine, verdicts } from "./bench/targets.ts";

const OUT = fileURLToPath(new URL("../.bench/results", import.meta.url));

/**
 * Measures the server side by side with what it is compared with, on this machine and in one run, and prints it as
 * tables; results go to `.bench/results.json` and `.svg`, or to `--out`. README.md tells what each line is.
 * Exit codes: 0 every target that was measured is reached, 1 one is missed, 2 the bench, or a part of it, could not run.
 */
export async function run(args: string[], voice: Voice): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    voice.print(options);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-bench-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const { results, failed } = await measure(await makePlace(folder), options, voice);
    voice.progress("");
    const judged = judge(results);
    for (const line of [...report(results), "", ...judged.map(verdictLine)]) voice.print(line);
    write(options, results, judged);
    if (failed.length > 0) return 2;
    return judged.some(({ isReached }) => isReached === false) ? 1 : 0;
  } catch (error) {
    voice.progress("");
    voice.print(`The bench could not run. ${(error as Error).message}`);
    return 2;
  } finally {
    process.off("exit", remove);
    remove();
  }
}

function judge({ race, start, users, memory }: BenchResults): Verdict[] {
  return verdicts({ race, start, users, memoryTimes: memory?.times ?? null });
}

function write({ out = OUT, rounds, seconds }: BenchOptions, results: BenchResults, judged: Verdict[]): void {
  const machine = thisMachine();
  const date = new Date().toISOString().slice(0, 10);
  mkdirSync(dirname(out), { recursive: true });
  const all = { date, machine, connections: 16, rounds, seconds, ...results, targets: judged };
  writeFileSync(`${out}.json`, `${JSON.stringify(all, rounded, 2)}\n`);
  if (results.race.length === 0) return;
  const caption = `${date}, ${machine.cores} × ${machine.processor}, Node ${machine.node}: median, line from least to most`;
  writeFileSync(`${out}.svg`, chart(results.race, caption));
}

/** Figures have no more than four digits behind the point that mean anything. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value;
}

/** One line on a terminal that is written over; nothing where there is none. */
function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${what}`);
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(2));
  process.exitCode = await run(process.argv.slice(2), { print: console.log, progress });
}
