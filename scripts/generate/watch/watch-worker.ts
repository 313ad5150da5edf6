import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { Print } from "../../shared/print.ts";
import type { LastRun, WatchOptions } from "./watch.ts";
import type { WatchMessage } from "./watch-thread.ts";

const ENTRY = new URL("./watch-thread.ts", import.meta.url);
/** A slower run hangs. The longest ones, of contracts with thousands of schemas, take 20 s. */
const RUN_LIMIT_MS = 60_000;
/** A thread that does not end by itself within this time in milliseconds is terminated. */
const END_MS = 1_000;

export interface WorkerOptions extends WatchOptions {
  /** Milliseconds after which a run is ended. Default 60,000. */
  runLimitMs?: number;
}

/**
 * `npm run generate -- --watch` in a worker thread, so that a run neither blocks a server in this thread nor can hang
 * forever. Yields the files that each successful run has written. If the thread ends, for example because it is out of
 * memory, another one waits for the next change. Ends after `signal` aborts.
 */
export async function* watchInWorker(options: WorkerOptions, print: Print): AsyncGenerator<string[]> {
  let lastRun: LastRun | undefined;
  for (;;) {
    const ended = yield* watchInThread(options, lastRun, print);
    if (options.signal.aborted) return;
    lastRun = ended.lastRun;
    print(`${ended.reason} It starts again at the next change of a contract.`);
  }
}

async function* watchInThread(
  { signal, runLimitMs = RUN_LIMIT_MS, ...options }: WorkerOptions,
  before: LastRun | undefined,
  print: Print,
): AsyncGenerator<string[], { lastRun: LastRun; reason: string }> {
  const worker = new Worker(ENTRY, { workerData: { ...options, lastRun: before } });
  let lastRun = before ?? { startedAt: Date.now(), read: {} };
  let reason = "The generator's thread ended.";
  let deadline: NodeJS.Timeout | undefined;
  const stop = () => {
    reason = `The generator did not finish within ${runLimitMs / 1_000} s and was stopped.`;
    void worker.terminate();
  };
  const note = (message: WatchMessage) => {
    if ("line" in message) print(message.line);
    if ("written" in message) clearTimeout(deadline);
    if ("read" in message) lastRun = { ...lastRun, read: { ...lastRun.read, [message.contract]: message.read } };
    if (!("startedAt" in message)) return;
    lastRun = { ...lastRun, startedAt: message.startedAt };
    deadline = setTimeout(stop, runLimitMs);
  };
  const release = endWith(worker, signal);
  // Each event has one argument, the message.
  const messages = on(worker, "message", { close: ["exit"] }) as AsyncIterable<[WatchMessage]>;
  try {
    for await (const [message] of messages) {
      note(message);
      if ("written" in message && message.written) yield message.written;
    }
  } catch (error) {
    // An error of the thread: one of the caller does not arrive here.
    print(`The generator failed: ${error instanceof Error ? error.stack : error}`);
  } finally {
    clearTimeout(deadline);
    release();
    await worker.terminate();
  }
  return { lastRun, reason };
}

/** Ends the thread when `signal` aborts, even if a run blocks it. Returns a function that stops listening. */
function endWith(worker: Worker, signal: AbortSignal): () => void {
  let deadline: NodeJS.Timeout | undefined;
  const end = () => {
    worker.postMessage("end");
    deadline = setTimeout(() => void worker.terminate(), END_MS);
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return () => {
    clearTimeout(deadline);
    signal.removeEventListener("abort", end);
  };
}
