import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startStub } from "../../server/stub/start-stub.ts";

export interface Loaded {
  changed: number;
  seconds: number;
  /** Largest resident set of the process, in MB. */
  peakMb: number;
}

/** Loads a directory as a server's start does, in a process of its own, whose memory tells of nothing else. */
export async function loadInChild(database: string, directory: string): Promise<Loaded> {
  const child = fork(fileURLToPath(import.meta.url), [database, directory]);
  const [answer] = await Promise.race([once(child, "message"), failed(child)]);
  return answer as Loaded;
}

async function failed(child: ReturnType<typeof fork>): Promise<never> {
  await once(child, "exit");
  throw new Error("The process that loads ended without an answer.");
}

if (import.meta.main) {
  const [database = "", directory = ""] = process.argv.slice(2);
  const start = performance.now();
  const server = await startStub({ database, directory });
  const seconds = (performance.now() - start) / 1_000;
  await server.close();
  process.send?.({ changed: server.loaded?.changed, seconds, peakMb: process.resourceUsage().maxRSS / 1_024 });
  process.disconnect();
}
