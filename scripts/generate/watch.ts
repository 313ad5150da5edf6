import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { ConfigurationError } from "../../server/configuration-error.ts";
import type { Print } from "../shared/print.ts";
import { printAdvice } from "./advice.ts";
import { namesOf } from "./contracts.ts";
import { type Project, regenerate, sourcesOf } from "./regenerate.ts";

const DEBOUNCE_MS = 100;
const POLL_MS = 50;
/** After an exception outside of a run's calls, the run has this time to finish in milliseconds. */
const GRACE_MS = 1_000;

export interface WatchOptions extends Project {
  /** Omits the advice after each run. Default false. */
  isBrief?: boolean;
  /** Ends the watch. */
  signal: AbortSignal;
  /** When an earlier watch ended, in milliseconds since 1970: the first run waits for a change after it. */
  resumedAt?: number | undefined;
  /** Called after each successful run with the files that were written. */
  onGenerated?: (written: string[]) => void;
}

/**
 * Regenerates now and after each change of a contract until `signal` aborts. A failed run is printed and does not end
 * the watch, even if the exception is in a callback of a library. The advice of a run is prepared in the background, and
 * dropped if a contract changes first.
 */
export async function watchContracts(options: WatchOptions, print: Print) {
  const { isBrief, resumedAt, signal, onGenerated, ...project } = options;
  let hasFailed = false;
  let advice = new AbortController();
  let uncaught = Promise.withResolvers<void>();
  const onUncaught = (error: unknown) => {
    print(failureText(error));
    uncaught.resolve();
  };
  const runOnce = async () => {
    advice.abort();
    uncaught = Promise.withResolvers();
    const run = regenerate(project, print).catch((error: unknown) => void print(failureText(error)));
    // A run with such an exception may never settle.
    const outcome = await Promise.race([run, uncaught.promise.then(() => setTimeout(GRACE_MS))]);
    if (hasFailed && outcome) print("fixed");
    hasFailed = !outcome;
    if (!outcome) return;
    onGenerated?.(outcome.written);
    if (isBrief) return;
    advice = new AbortController();
    const request = { root: project.root, ...outcome, signal: AbortSignal.any([signal, advice.signal]) };
    printAdvice(request, print).catch((error: Error) => print(`The advice failed: ${error.message}`));
  };
  if (resumedAt === undefined) print(`Watching ${namesOf(project.contracts)}; press Ctrl-C to stop.`);
  process.on("uncaughtException", onUncaught);
  await onEachChange(() => sourcesOf(project), runOnce, { signal, resumedAt });
  process.off("uncaughtException", onUncaught);
}

function failureText(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  return `The run failed: ${error instanceof Error ? error.stack : error}`;
}

/**
 * Calls `run` once, and again 100 ms after the last change of `files()`; calls never overlap. It polls the paths, because
 * a watched file or folder may be replaced, or deleted and created again, and because symbolic links, containers and
 * network drives report no events. A run can read other files than the one before.
 */
async function onEachChange(
  files: () => string[],
  run: () => Promise<void>,
  { signal, resumedAt }: Pick<WatchOptions, "signal" | "resumedAt">,
): Promise<void> {
  let states: ReadonlyMap<string, FileState> = new Map();
  // The clock of a file system is some milliseconds behind.
  let since = resumedAt === undefined ? Date.now() : resumedAt - POLL_MS;
  let dueAt = resumedAt === undefined ? 0 : Infinity;
  while (!signal.aborted) {
    const startedAt = Date.now();
    if (startedAt >= dueAt) {
      dueAt = Infinity;
      await run();
    }
    const now = await statesOf(files());
    if (Array.from(now).some(([file, state]) => isChanged(states.get(file), state, since))) {
      dueAt = Date.now() + DEBOUNCE_MS;
    }
    states = now;
    since = startedAt;
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

interface FileState {
  /** Equal for an unchanged file. */
  identity: string;
  /** In milliseconds since 1970; undefined for a missing file. */
  changedAt: number | undefined;
}

/** A file that was not watched before has changed if it did so after the start of the run that has read it. */
function isChanged(before: FileState | undefined, now: FileState, since: number): boolean {
  return before ? before.identity !== now.identity : now.changedAt !== undefined && now.changedAt > since;
}

async function statesOf(files: string[]): Promise<ReadonlyMap<string, FileState>> {
  const states = files.map(async (file) => {
    const found = await stat(file).catch(() => undefined);
    const identity = [found?.ino, found?.size, found?.mtimeMs, found?.ctimeMs].join();
    return [file, { identity, changedAt: found?.ctimeMs }] as const;
  });
  return new Map(await Promise.all(states));
}
