import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { breakingLines } from "../breaking/breaking.ts";
import type { Print } from "../shared/print.ts";
import type { Outcome } from "./regenerate.ts";
import type { TypeErrors } from "./type-check.ts";
import type { TypeCheckMessage } from "./type-check-thread.ts";

const TYPE_CHECK = new URL("./type-check-thread.ts", import.meta.url);
const AGAINST = "HEAD";

/**
 * Prints the contract changes since HEAD that break callers, then the handwritten lines that no longer compile: first
 * those of the code, then those of the tests. An error here is printed and does not fail the run, because `generated/` is
 * already written.
 */
export function openAdvice(root: string, print: Print) {
  const types = openTypeCheck(root);
  let last = new AbortController();
  /** Whether files were written after the last complete type check. */
  let isUnchecked = false;
  const printMisfits = async (changes: Promise<void>, signal: AbortSignal, show: Print) => {
    for await (const line of misfitLines(types.check(signal))) {
      await changes;
      show(line);
    }
    if (!signal.aborted) isUnchecked = false;
  };
  return {
    /** Replaces the advice in preparation. A type check that is replaced before its end is part of the next advice. */
    async print({ contract, written }: Outcome): Promise<void> {
      last.abort();
      last = new AbortController();
      const { signal } = last;
      const show = (line: string) => void (signal.aborted || print(line));
      isUnchecked ||= written.length > 0;
      const changes = contract ? printChanges({ root, contract, against: AGAINST }, show) : Promise.resolve();
      await Promise.all([changes, isUnchecked && printMisfits(changes, signal, show)]);
    },
    /** Parses the project in the background, so that the first check is fast. */
    warmUp: types.warmUp,
    close: types.close,
  };
}

async function printChanges(request: Parameters<typeof breakingLines>[0], show: Print): Promise<void> {
  const failed = ({ message }: Error) => [`Not compared with ${AGAINST}: ${message}`];
  for (const line of await breakingLines(request).catch(failed)) show(line);
}

async function* misfitLines(results: AsyncIterable<TypeErrors>): AsyncGenerator<string> {
  let count = 0;
  try {
    for await (const { part, errors } of results) {
      count += errors.length;
      if (errors.length === 0) continue;
      yield headline(part, errors.length);
      for (const error of errors) yield `  ${error}`;
    }
    if (count === 0) yield "The handwritten code compiles.";
  } catch (error) {
    yield `The type check failed: ${(error as Error).message}`;
  }
}

function headline(part: TypeErrors["part"], count: number): string {
  const lines = count === 1 ? "line" : "lines";
  const noun = part === "tests" ? `${lines} of the tests` : `handwritten ${lines}`;
  return `${count} ${noun} no longer compile${count === 1 ? "s" : ""}:`;
}

/** A type check in its own thread, started when it is first used, so that it does not delay a run of the generator. */
function openTypeCheck(root: string) {
  let thread: Worker | undefined;
  let checks = 0;
  const start = () => {
    if (thread) return thread;
    const started = new Worker(TYPE_CHECK, { workerData: { root } });
    // The error ends a check in progress; the next check starts another thread.
    started.on("error", () => {});
    started.once("exit", () => {
      thread = undefined;
    });
    thread = started;
    return started;
  };
  return {
    /** @throws Error, also after an abort */
    check(signal: AbortSignal): AsyncGenerator<TypeErrors> {
      checks += 1;
      return resultsOf(start(), checks, signal);
    },
    warmUp: () => void (thread || start().postMessage(0)),
    close: async () => void (await thread?.terminate()),
  };
}

/** Runs a check in `thread`, with a number that no other check has. */
async function* resultsOf(thread: Worker, number: number, signal: AbortSignal): AsyncGenerator<TypeErrors> {
  // Each event has one argument, the message.
  const messages = on(thread, "message", { close: ["exit"], signal }) as AsyncIterable<[TypeCheckMessage]>;
  thread.postMessage(number);
  for await (const [message] of messages) {
    if (message.check !== number) continue;
    if ("isDone" in message) return;
    if ("failure" in message) throw new Error(message.failure);
    yield message;
  }
  throw new Error("Its thread ended.");
}
