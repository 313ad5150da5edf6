import { parentPort, workerData } from "node:worker_threads";
import { createTypeCheck, type TypeErrors } from "./type-check.ts";

/** Sent by the thread for the check with this number: errors, the end, or the reason why nothing was checked. */
export type TypeCheckMessage = { check: number } & (TypeErrors | { isDone: true } | { failure: string });

const check = createTypeCheck(workerData.root);
let last = new AbortController();
const send = (message: TypeCheckMessage) => parentPort?.postMessage(message);

/** Each message is the number of a check, which replaces the one in progress. */
parentPort?.on("message", async (number: number) => {
  last.abort();
  last = new AbortController();
  const { signal } = last;
  try {
    for await (const errors of check(signal)) send({ check: number, ...errors });
    send({ check: number, isDone: true });
  } catch (error) {
    if (!signal.aborted) send({ check: number, failure: (error as Error).message });
  }
});
