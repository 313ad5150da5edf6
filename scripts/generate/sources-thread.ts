import { enableCompileCache } from "node:module";
import { parentPort } from "node:worker_threads";
import type { SourcesRequest } from "./render-sources.ts";

export interface SourcesAnswer {
  turn: number;
  sources?: Map<string, string>;
  error?: Error;
}

// Kept between runs, which saves a third of the compiler's loading; so it is loaded after this line.
enableCompileCache();
const { renderSources } = await import("./render-sources.ts");

/** The second thread: one answer for each document it is sent. */
parentPort?.on("message", async ({ turn, ...request }: SourcesRequest & { turn: number }) => {
  const answer = await renderSources(request).then(
    (sources): SourcesAnswer => ({ turn, sources }),
    (error: Error): SourcesAnswer => ({ turn, error }),
  );
  parentPort?.postMessage(answer);
});
