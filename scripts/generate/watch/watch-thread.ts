import { parentPort, workerData } from "node:worker_threads";
import { watchContracts } from "./watch.ts";

/** Sent by the thread: a line to print, the start and the end of a run, and the files that it has read for a contract. */
export type WatchMessage =
  | { line: string }
  | { startedAt: number }
  | { written: string[] | undefined }
  | { contract: string; read: string[] };

const end = new AbortController();
const send = (message: WatchMessage) => parentPort?.postMessage(message);
// Any message ends the watch.
parentPort?.once("message", () => end.abort());
const events = {
  onStart: (startedAt: number) => send({ startedAt }),
  onEnd: (written: string[] | undefined) => send({ written }),
  onRead: (contract: string, read: string[]) => send({ contract, read }),
};
await watchContracts({ ...workerData, signal: end.signal }, events, (line) => send({ line }));
// Does not wait for advice in preparation.
process.exit();
