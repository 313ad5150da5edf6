import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ConfigurationError } from "../../../server/configuration-error.ts";
import type { Print } from "../../shared/print.ts";
import { openAdvice } from "../advice.ts";
import { namesOf } from "../contracts.ts";
import { type Project, regenerate } from "../regenerate.ts";

const DEBOUNCE_MS = 100;
const POLL_MS = 50;

/** The last run of a watch that has ended. The next watch waits for a change after its start. */
export interface LastRun {
  /** In milliseconds since 1970. */
  startedAt: number;
  /** Absolute paths of the files that were read, by contract. */
  read: Readonly<Record<string, string[]>>;
}

export interface WatchEvents {
  onStart: (startedAt: number) => void;
  /** Called with the files that a run has written; undefined after a failed run. */
  onEnd: (written: string[] | undefined) => void;
  onRead: NonNullable<Project["onRead"]>;
}

export interface WatchOptions extends Omit<Project, "onRead"> {
  /** Omits the advice after each run. Default false. */
  isBrief?: boolean;
  /** Ends the watch. */
  signal: AbortSignal;
}

/**
 * Regenerates now and after each change of a contract until `signal` aborts. A failed run is printed and does not end
 * the watch. Advice is prepared in the background.
 */
export async function watchContracts(
  options: WatchOptions & { lastRun?: LastRun | undefined },
  events: WatchEvents,
  print: Print,
) {
  const { isBrief, signal, lastRun, ...project } = options;
  const advice = isBrief ? undefined : openAdvice(project.root, print);
  const read = new Map(Object.entries(lastRun?.read ?? {}));
  const onRead = (contract: string, files: string[]) => {
    read.set(contract, files);
    events.onRead(contract, files);
  };
  let hasFailed = lastRun !== undefined;
  const runOnce = async () => {
    events.onStart(Date.now());
    const run = regenerate({ ...project, onRead }, print);
    const outcome = await run.catch((error: unknown) => void print(failureText(error)));
    if (hasFailed && outcome) print("fixed");
    hasFailed = !outcome;
    events.onEnd(outcome?.written);
    if (!outcome || !advice) return;
    if (outcome.written.length === 0) advice.warmUp();
    advice.print(outcome).catch((error: Error) => print(`The advice failed: ${error.message}`));
  };
  if (!lastRun) print(`Watching ${namesOf(project.contracts)}; press Ctrl-C to stop.`);
  const files = () => [
    ...project.contracts.map(({ file }) => resolve(project.root, file)),
    ...[...read.values()].flat(),
  ];
  await onEachChange(files, runOnce, { signal, startedAt: lastRun?.startedAt });
  await advice?.close();
}

function failureText(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  return `The run failed: ${error instanceof Error ? error.stack : error}`;
}

/**
 * Calls `run` once, and again 100 ms after the last change of `files()`; calls never overlap. It polls the paths, because
 * a watched file or folder may be replaced, or deleted and created again, and because symbolic links, containers and
 * network drives report no events. A run can read other files than the one before. If the last run has started at
 * `startedAt`, the first call waits for a change after it.
 */
export async function onEachChange(
  files: () => string[],
  run: () => Promise<void>,
  { signal, startedAt: lastStart }: { signal: AbortSignal; startedAt: number | undefined },
): Promise<void> {
  let states: ReadonlyMap<string, FileState> = new Map();
  // The clock of a file system is some milliseconds behind.
  let since = lastStart === undefined ? Date.now() : lastStart - POLL_MS;
  let dueAt = lastStart === undefined ? 0 : Infinity;
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
