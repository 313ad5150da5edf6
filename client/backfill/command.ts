#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isNexusError } from "../nexus-error.ts";
import { printable } from "../text.ts";
import { type BackfillContext, type BackfillResult, backfillFile } from "./backfill-file.ts";
import { CommandError } from "./command-error.ts";
import { type BackfillOptions, readOptions, USAGE } from "./options.ts";
import { formatCount, formatDuration, formatRate } from "./progress.ts";

export interface CommandIo extends Omit<BackfillContext, "options"> {
  /** Prints one line of help or summary. */
  print: (line: string) => void;
  printError: (line: string) => void;
}

/**
 * `backfill FILE.ndjson --url URL`: syncs every line of a file.
 * Exit codes: 0 all synced, 1 some failed (in this run or before its checkpoint) or too many failures, 2 wrong options,
 * file or credentials, 130 interrupted.
 */
export async function run(args: string[], { print, printError, ...io }: CommandIo): Promise<number> {
  const fail = (message: string) => printError(printable(message));
  try {
    const options = readOptions(args);
    if (!options) {
      print(USAGE);
      return 0;
    }
    const result = await backfillFile({ options, ...io });
    for (const line of summaryOf(result, options)) print(printable(line));
    return result.ending?.exitCode ?? (result.failed + result.earlier.failed > 0 ? 1 : 0);
  } catch (error) {
    if (isNexusError(error)) fail(error.message.replace("baseUrl", "--url").replace(" (see allowInsecureHttp)", ""));
    else if (error instanceof CommandError) fail(error.message);
    else throw error;
    return 2;
  }
}

function summaryOf({ synced, failed, reasons, earlier, seconds, ending }: BackfillResult, options: BackfillOptions) {
  const { checkpoint } = options;
  const list = failed + earlier.failed > 0 ? `; failed lines: ${options.failed}` : "";
  const counts = `${formatCount(synced)} synced, ${formatCount(failed)} failed`;
  const lines = [`${counts}, ${formatRate(synced + failed, seconds)}/s, ${formatDuration(seconds)}${list}`];
  if (earlier.next > 0) {
    lines.push(`Earlier runs: ${formatCount(earlier.next)} done, ${formatCount(earlier.failed)} of them failed.`);
  }
  for (const reason of reasons) {
    lines.push(`${reason.name}: ${formatCount(reason.failed)} failed, for example ${reason.example}`);
  }
  if (ending) {
    const next = checkpoint === undefined ? "starts over, which is safe" : `resumes from ${checkpoint}`;
    lines.push(`${ending.text} The same command ${next}.`);
  }
  return lines;
}

/** import.meta.main needs Node 24, and npm starts commands through a symbolic link. */
function isEntry(): boolean {
  const [, script] = process.argv;
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isEntry()) {
  const controller = new AbortController();
  // Once: a second signal ends the process.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  const { env, stdout, stderr: output } = process;
  // Lost lines, on a full disk or after `| head -1`, must not end the backfill. The exit code still has the result.
  for (const stream of [stdout, output]) stream.on("error", () => {});
  const io = { env, output, signal: controller.signal, print: console.log, printError: console.error };
  process.exitCode = await run(process.argv.slice(2), io).catch((error: Error) => {
    for (const line of `The backfill failed. ${error.stack}`.split("\n")) console.error(printable(line));
    return 3;
  });
}
