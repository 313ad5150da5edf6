import { once } from "node:events";
import { parentPort } from "node:worker_threads";
import { watchContracts } from "./watch.ts";

/** Sent by the thread: a line to print, or the files that a successful run has written. */
export type WatchMessage = { line: string } | { written: string[] };

/** Sent to the thread: `handled` after `onGenerated` has settled, `end` to stop the watch. */
export type WatchCommand = "handled" | "end";

if (!parentPort) throw new Error("watch-thread.ts runs as a worker only; use watch-worker.ts.");
const port = parentPort;
const end = new AbortController();
const send = (message: WatchMessage) => port.postMessage(message);
port.on("message", (command: WatchCommand) => {
  if (command === "end") end.abort();
});
const onGenerated = async (written: string[]) => {
  send({ written });
  await once(port, "message");
};
await watchContracts({ root: process.cwd(), signal: end.signal, onGenerated }, (line) => send({ line }));
// Does not wait for advice in preparation.
process.exit();
