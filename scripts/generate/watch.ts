import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Print } from "../shared/print.ts";
import { printAdvice } from "./advice.ts";
import { CONTRACT_NAMES, CONTRACTS } from "./contracts.ts";
import { type Outcome, regenerate } from "./regenerate.ts";

const DEBOUNCE_MS = 100;
const POLL_MS = 50;

export interface WatchOptions {
  root: string;
  /** Omits the advice after each run. Default false. */
  isBrief?: boolean;
  /** Ends the watch. */
  signal: AbortSignal;
  /** Called after each successful run with the files that were written. The next run waits for it; an error ends the watch. */
  onGenerated?: ((written: string[]) => Promise<void>) | undefined;
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
    const { code, ...outcome } = await regenerate({ root, isCheck: false }, print).catch((error: Error): Outcome => {
      print(`The run failed: ${error.stack}`);
      return { code: 3, written: [] };
    });
    if (hasFailed && code === 0) print("fixed");
    hasFailed = code !== 0;
    if (hasFailed) return;
    await onGenerated?.(outcome.written);
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
  let state = await stateOf(files);
  let changedAt = 0;
  let isDue = true;
  while (!signal.aborted) {
    const now = await stateOf(files);
    if (now !== state) [state, changedAt, isDue] = [now, Date.now(), true];
    if (isDue && Date.now() >= changedAt + DEBOUNCE_MS) {
      isDue = false;
      await run();
    }
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

async function stateOf(files: string[]): Promise<string> {
  const states = files.map((file) =>
    stat(file).then(
      ({ ino, size, mtimeMs }) => [ino, size, mtimeMs].join(),
      () => "missing",
    ),
  );
  return (await Promise.all(states)).join(" ");
}
