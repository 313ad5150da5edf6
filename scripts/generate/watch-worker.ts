import { Worker } from "node:worker_threads";
import type { Print } from "../shared/print.ts";
import type { WatchCommand, WatchMessage } from "./watch-thread.ts";

const ENTRY = new URL("./watch-thread.ts", import.meta.url);

/**
 * `npm run generate -- --watch` in a worker thread, so that generating does not block a server in this thread. The next run
 * waits until `onGenerated` has handled the files of the last successful run. Resolves after `signal` aborts.
 * @throws an error of `onGenerated`, which ends the watch; an error of the thread
 */
export async function watchInWorker(
  onGenerated: (written: string[]) => Promise<void>,
  print: Print,
  signal: AbortSignal,
): Promise<void> {
  const worker = new Worker(ENTRY);
  const send = (command: WatchCommand) => worker.postMessage(command);
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  worker.on("error", reject);
  worker.on("exit", () => resolve());
  worker.on("message", (message: WatchMessage) => {
    if ("line" in message) print(message.line);
    else onGenerated(message.written).then(() => send("handled"), reject);
  });
  const end = () => send("end");
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    await ended;
  } finally {
    signal.removeEventListener("abort", end);
    await worker.terminate();
  }
}
