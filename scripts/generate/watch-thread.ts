import { parentPort, workerData } from "node:worker_threads";
import { CONTRACTS } from "./contracts.ts";
import { watchContracts } from "./watch.ts";

/** Sent by the thread: a line to print, or the files that a successful run has written. */
export type WatchMessage = { line: string } | { written: string[] };

const end = new AbortController();
const send = (message: WatchMessage) => parentPort?.postMessage(message);
// Any message ends the watch.
parentPort?.once("message", () => end.abort());
const onGenerated = (written: string[]) => send({ written });
const project = { root: process.cwd(), contracts: CONTRACTS };
const resumedAt: number | undefined = workerData.resumedAt;
await watchContracts({ ...project, resumedAt, signal: end.signal, onGenerated }, (line) => send({ line }));
// Does not wait for advice in preparation.
process.exit();
