import { Worker } from "node:worker_threads";
import type { Print } from "./sound-contract.ts";
import type { WatchMessage } from "./watch-thread.ts";

const ENTRY = new URL("./watch-thread.ts", import.meta.url);

/**
 * `npm run generate -- --watch` on a thread of its own: linting and rendering keep a server in this one from nothing.
 * The next run waits until `onRun` is done with what the last good one wrote. Ends when `signal` aborts.
 * @throws what `onRun` throws, which ends the watch; a failure of the generator
 */
export async function watchAside(
  onRun: (written: string[]) => Promise<void>,
  print: Print,
  signal: AbortSignal,
): Promise<void> {
  const thread = new Worker(ENTRY);
  const end = () => thread.postMessage("end");
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  thread.on("error", reject);
  thread.on("message", (message: WatchMessage) => {
    if ("line" in message) print(message.line);
    else if ("written" in message) onRun(message.written).then(() => thread.postMessage("taken"), reject);
    else resolve();
  });
  try {
    await ended;
  } finally {
    signal.removeEventListener("abort", end);
    // What is told after a run, the compiler's complaints among it, may still be on its way: nobody waits for it.
    await thread.terminate();
  }
}
