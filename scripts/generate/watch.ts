import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ConfigurationError } from "../../server/configuration-error.ts";
import type { Print } from "../shared/print.ts";
import { printAdvice } from "./advice.ts";
import { CONTRACT_NAMES, CONTRACTS } from "./contracts.ts";
import { regenerate } from "./regenerate.ts";

const DEBOUNCE_MS = 100;
const POLL_MS = 50;

export interface WatchOptions {
  root: string;
  /** Omits the advice after each run. Default false. */
  isBrief?: boolean;
  /** Ends the watch. */
  signal: AbortSignal;
  /** Called after each successful run with the files that were written. */
  onGenerated?: (written: string[]) => void;
}

/**
 * Regenerates now and after each change of a contract until `signal` aborts. A failed run is printed and does not end
 * the watch. The advice of a run is prepared in the background, and dropped if a contract changes first.
 */
export async function watchContracts({ root, isBrief, signal, onGenerated }: WatchOptions, print: Print) {
  let hasFailed = false;
  let advice = new AbortController();
  const runOnce = async () => {
    advice.abort();
    const outcome = await regenerate(root, print).catch((error: Error) =>
      print(error instanceof ConfigurationError ? error.message : `The run failed: ${error.stack}`),
    );
    if (hasFailed && outcome) print("fixed");
    hasFailed = !outcome;
    if (!outcome) return;
    onGenerated?.(outcome.written);
    if (isBrief) return;
    advice = new AbortController();
    const request = { root, ...outcome, signal: AbortSignal.any([signal, advice.signal]) };
    printAdvice(request, print).catch((error: Error) => print(`The advice failed: ${error.message}`));
  };
  print(`Watching ${CONTRACT_NAMES}; press Ctrl-C to stop.`);
  const files = CONTRACTS.map(({ file }) => join(root, file));
  await onEachChange(files, runOnce, signal);
}

/**
 * Calls `run` once, and again 100 ms after the last change of `files`; calls never overlap. It polls the paths, because
 * a watched file or folder may be replaced, or deleted and created again.
 */
async function onEachChange(files: string[], run: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let state = "";
  let dueAt = Infinity;
  while (!signal.aborted) {
    const now = await stateOf(files);
    if (now !== state) dueAt = state === "" ? 0 : Date.now() + DEBOUNCE_MS;
    state = now;
    if (Date.now() >= dueAt) {
      dueAt = Infinity;
      await run();
    }
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

async function stateOf(files: string[]): Promise<string> {
  const states = files.map(async (file) => {
    const { ino, size, mtimeMs } = await stat(file);
    return [ino, size, mtimeMs].join();
  });
  return JSON.stringify(await Promise.allSettled(states));
}
