import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { ConfigurationError } from "../../server/configuration-error.ts";
import type { Print } from "../shared/print.ts";
import { printAdvice } from "./advice.ts";
import { namesOf } from "./contracts.ts";
import { type Project, regenerate, sourcesOf } from "./regenerate.ts";

const DEBOUNCE_MS = 100;
const POLL_MS = 50;

export interface WatchOptions extends Project {
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
export async function watchContracts({ isBrief, signal, onGenerated, ...project }: WatchOptions, print: Print) {
  let hasFailed = false;
  let advice = new AbortController();
  const runOnce = async () => {
    advice.abort();
    const outcome = await regenerate(project, print).catch((error: Error) =>
      print(error instanceof ConfigurationError ? error.message : `The run failed: ${error.stack}`),
    );
    if (hasFailed && outcome) print("fixed");
    hasFailed = !outcome;
    if (!outcome) return;
    onGenerated?.(outcome.written);
    if (isBrief) return;
    advice = new AbortController();
    const request = { root: project.root, ...outcome, signal: AbortSignal.any([signal, advice.signal]) };
    printAdvice(request, print).catch((error: Error) => print(`The advice failed: ${error.message}`));
  };
  print(`Watching ${namesOf(project.contracts)}; press Ctrl-C to stop.`);
  await onEachChange(() => sourcesOf(project), runOnce, signal);
}

/**
 * Calls `run` once, and again 100 ms after the last change of `files()`; calls never overlap. It polls the paths, because
 * a watched file or folder may be replaced, or deleted and created again. A run can read other files than the one before.
 */
async function onEachChange(files: () => string[], run: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let states = await statesOf(files());
  let dueAt = 0;
  while (!signal.aborted) {
    if (Date.now() >= dueAt) {
      dueAt = Infinity;
      await run();
    }
    const now = await statesOf(files());
    // A file that was not read before is no change.
    const hasChanged = Array.from(now).some(([file, state]) => (states.get(file) ?? state) !== state);
    if (hasChanged) dueAt = Date.now() + DEBOUNCE_MS;
    states = now;
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

async function statesOf(files: string[]): Promise<ReadonlyMap<string, string>> {
  const states = files.map(async (file) => {
    const found = await stat(file).catch(() => undefined);
    return [file, [found?.ino, found?.size, found?.mtimeMs].join()] as const;
  });
  return new Map(await Promise.all(states));
}
