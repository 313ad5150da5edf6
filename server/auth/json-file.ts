import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Logger } from "pino";
import { ConfigurationError } from "../configuration-error.ts";

/** Between two looks at a file. By `stat`, because network drives and replaced folders send no events. */
const POLL_MS = 100;

/** A kind of JSON file: its name in messages, and how its value is checked. */
export interface JsonFormat<T> {
  name: string;
  /** @throws ConfigurationError that repeats no value: it may be a secret. */
  parse: (value: unknown) => T;
  /** Members of the log line of a reload. */
  summary?: (value: T) => object;
}

export interface FollowOptions {
  log: Logger;
  /** Ends the watching. */
  signal: AbortSignal;
}

/**
 * Reads a file, and reads it again within 200 ms of a change; `value` of the returned object is the current version. After a bad edit, or without the file, the last good version
 * stays in use, and one warning lists the problems.
 * @throws ConfigurationError if the file can't be used at the start.
 */
export function followJsonFile<T>(
  file: string,
  format: JsonFormat<T>,
  { log, signal }: FollowOptions,
): { readonly value: T } {
  const last = readJsonFile(file, format);
  let refusal = "";
  const reload = () => {
    try {
      const next = readJsonFile(file, format);
      if (refusal === "" && next.content.equals(last.content)) return;
      Object.assign(last, next);
      refusal = "";
      log.info(format.summary?.(next.value) ?? {}, `${format.name} reloaded`);
    } catch (error) {
      const problems = problemsOf(error);
      if (refusal === problems.join("\n")) return;
      refusal = problems.join("\n");
      log.warn({ file, problems }, `${format.name} not reloaded, the last good version stays in use`);
    }
  };
  watchFile(file, { persistent: false, interval: POLL_MS }, reload);
  // The watcher compares with its own first look, which comes after the reading above.
  const timer = setTimeout(reload, POLL_MS).unref();
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    unwatchFile(file, reload);
  });
  return last;
}

/** @throws ConfigurationError with the file's name and all problems. */
export function readJsonFile<T>(file: string, { name, parse }: JsonFormat<T>): { content: Buffer; value: T } {
  try {
    const content = readFileSync(file);
    return { content, value: parse(parseJson(content)) };
  } catch (error) {
    const problems = problemsOf(error);
    const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    throw new ConfigurationError(`The ${name} file ${file} was not loaded: ${count}.`, { problems });
  }
}

/** A byte order mark is dropped. @throws ConfigurationError that quotes nothing of the content. */
export function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new ConfigurationError("is not UTF-8");
    const [, place] = /\((line \d+ column \d+)\)$/.exec(error.message) ?? [];
    throw new ConfigurationError(place === undefined ? "is not JSON" : `is not JSON from ${place} on`);
  }
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigurationError) return error.problems.length > 0 ? error.problems : [error.message];
  if (error instanceof Error && "syscall" in error) return [error.message];
  throw error;
}
