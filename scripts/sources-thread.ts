import { enableCompileCache } from "node:module";
import { parentPort } from "node:worker_threads";
import type { ContractDocument } from "./contract-document.ts";

export interface SourcesRequest {
  turn: number;
  document: ContractDocument;
}

export interface SourcesAnswer {
  turn: number;
  sources?: Map<string, string>;
  error?: Error;
}

// Kept between runs, which saves a third of the compiler's loading; so it is loaded after this line.
enableCompileCache();
const { renderSources } = await import("./render-sources.ts");

/** The second thread: one answer for each document it is sent. */
parentPort?.on("message", async ({ turn, document }: SourcesRequest) => {
  const answer = await renderSources(document).then(
    (sources): SourcesAnswer => ({ turn, sources }),
    (error: Error): SourcesAnswer => ({ turn, error }),
  );
  parentPort?.postMessage(answer);
});
