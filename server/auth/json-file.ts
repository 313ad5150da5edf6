import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { clearTimeout, setTimeout } from "node:timers";
import type { Logger } from "pino";
import { ConfigurationError } from "../configuration-error.ts";
import { parseJson } from "../json-text.ts";

/** Files are polled with `stat`, because network drives and replaced folders send no events. */
const POLL_MS = 100;

/** A kind of JSON file: its name in messages, the setting that names the file, and the check of its value. */
export interface JsonFormat<T> {
  name: string;
  setting: string;
  /** @throws ConfigurationError without values of the file, because they may be secrets. */
  parse: (value: unknown) => T;
  /** Members of the log line of a reload. */
  summary?: (value: T) => object;
}

export interface FollowOptions {
  log: Logger;
  /** Stops the polling. */
  signal: AbortSignal;
}

/**
 * Reads a file, and reads it again within 200 ms of a change. `value` of the returned object is the current version. If
 * the file becomes invalid or is deleted, the last valid version stays in use, and one warning lists the problems.
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
      log.warn({ file, problems }, `${format.name} not reloaded; the last valid version stays in use`);
    }
  };
  // The first state is always new: the file may have changed since it was read above. `watchFile` would take it for the old one.
  let state = "";
  const poll = async () => {
    const next = await stateOf(file);
    if (signal.aborted) return;
    if (next !== state) {
      state = next;
      reload();
    }
    timer = setTimeout(poll, POLL_MS).unref();
  };
  let timer = setTimeout(poll, POLL_MS).unref();
  signal.addEventListener("abort", () => clearTimeout(timer));
  return last;
}

/** Differs after each change of the file, and of the links and folders that lead to it. */
async function stateOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return String(error);
  }
}

/** @throws ConfigurationError with the file's name and all problems. */
export function readJsonFile<T>(file: string, { name, setting, parse }: JsonFormat<T>): { content: Buffer; value: T } {
  try {
    const content = readFileSync(file);
    return { content, value: parse(parseJson(content)) };
  } catch (error) {
    const problems = problemsOf(error);
    const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    throw new ConfigurationError(`The ${name} file ${file} was not loaded: ${count}.`, { problems, setting });
  }
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigurationError) return error.problems.length > 0 ? error.problems : [error.message];
  if (error instanceof Error && "syscall" in error) return [error.message];
  throw error;
}
