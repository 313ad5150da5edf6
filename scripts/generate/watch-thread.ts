import { enableCompileCache } from "node:module";
import { parentPort } from "node:worker_threads";
import { run } from "../generate.ts";

/** A printed line; the files that a good run has written; or the end. */
export type WatchMessage = { line: string } | { written: string[] } | { isOver: true };

enableCompileCache();
const end = new AbortController();
const waiting: (() => void)[] = [];
const send = (message: WatchMessage) => parentPort?.postMessage(message);

/** "taken": the last good run has been; "end". */
parentPort?.on("message", (word: "taken" | "end") => {
  if (word === "end") end.abort();
  for (const wake of waiting.splice(0)) wake();
});
await run(["--watch"], (line) => send({ line }), {
  signal: end.signal,
  onRun: (written) => {
    send({ written });
    return new Promise<void>((resolve) => waiting.push(resolve));
  },
});
send({ isOver: true });
