import { Worker } from "node:worker_threads";
import type { SourcesRequest } from "./render-sources.ts";
import type { SourcesAnswer } from "./sources-thread.ts";

const ENTRY = new URL("./sources-thread.ts", import.meta.url);

/**
 * Renders and compiles the TypeScript sources on a thread of their own, while this one lints and compiles the schemas:
 * each takes about half of a run. The thread is kept for the next run, and keeps no process alive.
 */
export function createSourcesAside(): (request: SourcesRequest) => Promise<Map<string, string>> {
  const threads: Worker[] = [];
  const pending = new Map<number, PromiseWithResolvers<Map<string, string>>>();
  let turns = 0;

  const start = (): Worker => {
    // What the libraries print there is about a contract whose faults the linter tells better: it is taken and not read
    // (reading would keep the process alive).
    const thread = new Worker(ENTRY, { execArgv: [], stdout: true, stderr: true });
    thread.on("message", ({ turn, sources, error }: SourcesAnswer) => {
      if (sources) pending.get(turn)?.resolve(sources);
      else pending.get(turn)?.reject(error);
      pending.delete(turn);
      if (pending.size === 0) thread.unref();
    });
    const giveUp = (error: Error) => {
      threads.length = 0;
      for (const waiting of pending.values()) waiting.reject(error);
      pending.clear();
    };
    thread.on("error", giveUp);
    thread.on("exit", () => giveUp(new Error("The thread that renders the TypeScript sources has ended.")));
    threads.push(thread);
    return thread;
  };
  return (request) => {
    const thread = threads[0] ?? start();
    const waiting = Promise.withResolvers<Map<string, string>>();
    turns += 1;
    pending.set(turns, waiting);
    // Without this the process could end before the answer is there.
    thread.ref();
    thread.postMessage({ turn: turns, ...request });
    return waiting.promise;
  };
}
