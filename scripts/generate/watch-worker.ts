import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { Print } from "../shared/print.ts";
import type { WatchMessage } from "./watch-thread.ts";

const ENTRY = new URL("./watch-thread.ts", import.meta.url);

/**
 * `npm run generate -- --watch` in a worker thread, so that generating does not block a server in this thread. Yields the
 * files that each successful run has written. Ends after `signal` aborts. @throws an error of the thread
 */
export async function* watchInWorker(print: Print, signal: AbortSignal): AsyncGenerator<string[]> {
  const worker = new Worker(ENTRY);
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
  } finally {
    signal.removeEventListener("abort", end);
    await worker.terminate();
  }
}
