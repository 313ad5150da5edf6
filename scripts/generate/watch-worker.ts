import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { Print } from "../shared/print.ts";
import type { WatchMessage } from "./watch-thread.ts";

const ENTRY = new URL("./watch-thread.ts", import.meta.url);

/**
 * `npm run generate -- --watch` in a worker thread, so that generating does not block a server in this thread. Yields the
 * files that each successful run has written. If the thread ends, for example because it is out of memory, another one
 * waits for the next change. Ends after `signal` aborts.
 */
export async function* watchInWorker(print: Print, signal: AbortSignal): AsyncGenerator<string[]> {
  let resumedAt: number | undefined;
  for (;;) {
    yield* watchInThread(resumedAt, print, signal);
    if (signal.aborted) return;
    resumedAt = Date.now();
    print("The generator's thread ended. It starts again at the next change of a contract.");
  }
}

async function* watchInThread(
  resumedAt: number | undefined,
  print: Print,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const worker = new Worker(ENTRY, { workerData: { resumedAt } });
  const end = () => worker.postMessage("end");
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  // Each event has one argument, the message.
  const messages = on(worker, "message", { close: ["exit"] }) as AsyncIterable<[WatchMessage]>;
  try {
    for await (const [message] of messages) {
      if ("line" in message) print(message.line);
      else yield message.written;
    }
  } catch (error) {
    // An error of the thread: one of the caller does not arrive here.
    print(`The generator failed: ${error instanceof Error ? error.stack : error}`);
  } finally {
    signal.removeEventListener("abort", end);
    await worker.terminate();
  }
}
