import { parentPort } from "node:worker_threads";
import { watchContracts } from "./watch.ts";

/** Sent by the thread: a line to print, or the files that a successful run has written. */
export type WatchMessage = { line: string } | { written: string[] };

if (!parentPort) throw new Error("watch-thread.ts runs as a worker only; use watch-worker.ts.");
const port = parentPort;
const end = new AbortController();
const send = (message: WatchMessage) => port.postMessage(message);
// Any message ends the watch.
port.once("message", () => end.abort());
const onGenerated = (written: string[]) => send({ written });
await watchContracts({ root: process.cwd(), signal: end.signal, onGenerated }, (line) => send({ line }));
// Does not wait for advice in preparation.
process.exit();
