#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Backfill, backfillFile, type Result } from "./backfill/backfill-file.ts";
import { CallRefused } from "./backfill/call-refused.ts";
import { duration, grouped, rate } from "./backfill/meter.ts";
import { type BackfillOptions, readOptions, USAGE } from "./backfill/options.ts";

export interface Surroundings extends Pick<Backfill, "env" | "screen" | "signal"> {
  /** Takes help, the summary and what is wrong, in whole lines. */
  print: (line: string) => void;
  /** Milliseconds between two lines of progress where the screen is no terminal. Default 10,000. */
  lineEveryMs?: number;
}

/**
 * `backfill FILE.ndjson --url URL`: syncs every line of a file.
 * Exit codes: 0 all synced, 1 some failed (in this run or before its checkpoint), 2 the call, a file or the credentials
 * are wrong, 130 interrupted.
 */
export async function run(args: string[], { print, lineEveryMs = 10_000, ...rest }: Surroundings): Promise<number> {
  try {
    const options = readOptions(args);
    if (!options) {
      print(USAGE);
      return 0;
    }
    const result = await backfillFile({ options, lineEveryMs, ...rest });
    for (const line of summary(result, options)) print(line);
    if (result.isInterrupted) return 130;
    return result.failed + result.earlier.failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    print(error.message);
    return 2;
  }
}

function summary({ synced, failed, earlier, seconds, isInterrupted }: Result, options: BackfillOptions): string[] {
  const pace = `${rate(synced + failed, seconds)}/s, ${duration(seconds)}`;
  const allFailed = failed + earlier.failed;
  return [
    `${grouped(synced)} synced, ${grouped(failed)} failed, ${pace}${allFailed > 0 ? `; the failed: ${options.failed}` : ""}`,
    ...(earlier.next > 0
      ? [`Before that: ${grouped(earlier.next)} done, ${grouped(earlier.failed)} of them failed.`]
      : []),
    ...(isInterrupted ? [goOn(options.checkpoint)] : []),
  ];
}

function goOn(checkpoint: string | undefined): string {
  return checkpoint === undefined
    ? "Interrupted. Without --checkpoint the same command starts over; that is safe."
    : `Interrupted. The same command goes on from ${checkpoint}.`;
}

/** Started by name: import.meta.main is Node 24's, and npm starts commands by a link. */
function isEntry(): boolean {
  const [, script] = process.argv;
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isEntry()) {
  const end = new AbortController();
  // Once: a second signal ends it the usual way.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end.abort());
  const { env, stderr: screen } = process;
  process.exitCode = await run(process.argv.slice(2), { env, screen, signal: end.signal, print: console.log }).catch(
    (error: Error) => {
      console.error(`The backfill failed. ${error.stack}`);
      return 3;
    },
  );
}
