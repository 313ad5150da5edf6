import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseOptions } from "../server/command-line/parse-options.ts";
import { ConfigurationError } from "../server/configuration-error.ts";
import { didYouMean, nearest } from "../server/nearest.ts";
import { contestants, PEERS } from "./bench/contestants.ts";
import { contractSizes, memoryGrowth, startTimes, userCounts } from "./bench/growth.ts";
import { overload } from "./bench/overload.ts";
import { type Row, table, withRatios } from "./bench/report.ts";
import { makeSite, type Site } from "./bench/service.ts";
import { type Bench, race } from "./bench/side-by-side.ts";
import { clientCost, generateTimes } from "./bench/tooling.ts";
import { watchTimes } from "./bench/watch.ts";
import { runCommand } from "./shared/command.ts";
import type { Print } from "./shared/print.ts";
import { makeTemporaryFolder } from "./shared/temporary-folder.ts";

const OUT = fileURLToPath(new URL("../.bench/results.json", import.meta.url));

/** The parts after the comparison of the contestants. */
const PARTS: Record<string, (bench: Bench) => Promise<Row[]>> = {
  start: startTimes,
  users: (bench) => race(userCounts(bench), bench),
  contract: (bench) => race(contractSizes(bench), bench),
  generate: generateTimes,
  watch: watchTimes,
  client: clientCost,
  overload,
  // A million requests: only with `--only memory`.
  memory: memoryGrowth,
};
const OPTIONS = {
  seconds: { type: "string", default: "5" },
  rounds: { type: "string", default: "3" },
  only: { type: "string" },
  out: { type: "string", default: OUT },
} as const;

const HELP = `npm run bench -- [options]

Measures the server beside its alternatives, and prints tables: scripts/README.md describes each line.

  --seconds NUMBER  length of a round (default: ${OPTIONS.seconds.default})
  --rounds NUMBER   rounds that count (default: ${OPTIONS.rounds.default})
  --only NAMES      names of contestants and parts, separated by commas (default: all except memory)
  --out FILE        results as JSON (default: .bench/results.json)
  -h, --help        prints this text

Exit codes: 0 measured, 1 a part or a contestant failed, 2 wrong options, 130 interrupted.`;

/**
 * Measures the server beside its alternatives, on this machine and in one run, prints tables, and writes
 * `.bench/results.json` or `--out`. scripts/README.md describes each line.
 * Exit codes: 0 measured, 1 a part or a contestant failed, 2 wrong options, 130 interrupted.
 */
export function run(args: string[], print: Print, printError: Print = console.error): Promise<number> {
  const parse = () => parseOptions({ args, options: OPTIONS });
  return runCommand({ help: HELP, parse, print, printError }, ({ values }) => measure(values, { print, printError }));
}

async function measure(values: Values, { print, printError }: Record<"print" | "printError", Print>): Promise<number> {
  const folder = makeTemporaryFolder();
  try {
    const site = await makeSite(folder.path);
    const { chosen, parts, out, ...numbers } = readOptions(values, site);
    let failures = 0;
    const attempt = async <T>(title: string, work: () => Promise<T>) => {
      showProgress(title);
      return work().catch((error: Error) => {
        failures += 1;
        printError(`FAILED ${title}: ${error.message}`);
        return undefined;
      });
    };
    const bench = { ...numbers, site, attempt };
    const results: Record<string, Row[]> = {};
    if (chosen.length > 0) parts.unshift(["race", async () => withRatios(await race(chosen, bench), PEERS)]);
    for (const [name, part] of parts) {
      const rows = await attempt(name, () => part(bench));
      if (!rows) continue;
      results[name] = rows;
      print(["", ...table(name, rows)].join("\n"));
    }
    write(out, { ...numbers, results });
    return failures === 0 ? 0 : 1;
  } finally {
    folder.remove();
  }
}

interface Values extends Record<"seconds" | "rounds" | "out", string> {
  only?: string | undefined;
}

/** @throws ConfigurationError */
function readOptions(values: Values, site: Site) {
  const all = contestants(site);
  const names = [...Object.keys(all), ...Object.keys(PARTS)];
  const only = values.only?.split(",") ?? names.filter((name) => name !== "memory");
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const hint = didYouMean(nearest(unknown, names));
    throw new ConfigurationError(`There is no '${unknown}' in the bench.${hint} Names: ${names.join(", ")}.`);
  }
  const numberOf = (name: "seconds" | "rounds") => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new ConfigurationError(`--${name} must be a whole number above 0, not '${values[name]}'.`);
  };
  const chosen = Object.entries(all).flatMap(([name, one]) => (only.includes(name) ? [one] : []));
  const parts = Object.entries(PARTS).filter(([name]) => only.includes(name));
  return { chosen, parts, seconds: numberOf("seconds"), rounds: numberOf("rounds"), out: values.out };
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

function write(out: string, results: object): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ date: new Date(), machine, ...results }, null, 2)}\n`);
}

if (import.meta.main) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  process.exitCode = await run(process.argv.slice(2), console.log);
}
