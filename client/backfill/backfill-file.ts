import { appendFile } from "node:fs/promises";
import type { SyncOutcome } from "../bulk/sync-item.ts";
import { syncMany } from "../bulk/sync-many.ts";
import { createNexusClient } from "../nexus-client.ts";
import { isNexusError } from "../nexus-error.ts";
import { openCheckpoint } from "./checkpoint-file.ts";
import { CommandError, codeOf } from "./command-error.ts";
import { openInput } from "./input.ts";
import { type BackfillOptions, credentialsFrom, type Environment } from "./options.ts";
import { type ProgressOutput, startProgress } from "./progress.ts";

export interface BackfillContext {
  options: BackfillOptions;
  env: Environment;
  /** Receives the progress. */
  output: ProgressOutput;
  /** Milliseconds between two progress lines where the output is not a terminal. Default 10,000. */
  lineEveryMs?: number;
  /** Interrupts the backfill. */
  signal: AbortSignal;
}

export type BackfillResult = Awaited<ReturnType<typeof backfillFile>>;

/**
 * Syncs every line of the file.
 * @throws CommandError if a file or the credentials are invalid, or a result can't be written; NexusError `config` if the
 * URL is invalid.
 */
export async function backfillFile({ options, env, output, lineEveryMs = 10_000, signal }: BackfillContext) {
  const client = createNexusClient({ baseUrl: options.url, credentials: credentialsFrom(env) });
  const input = await openInput(options.file);
  try {
    const checkpoint = await openCheckpoint(options.checkpoint, input.fingerprint);
    const start = performance.now();
    const counts = { done: 0, failed: 0 };
    const { next: from } = checkpoint.start;
    const progress = startProgress({ output, total: input.total, before: from, lineEveryMs });
    const outcomes = syncMany(client, input.items(from), {
      concurrency: options.concurrency,
      signal,
      checkpoint: { from, save: checkpoint.save },
    });
    const isInterrupted = await forEachOutcome(outcomes, async (outcome) => {
      const line = input.lineOf(outcome.index);
      counts.done += 1;
      if (!outcome.ok) counts.failed += 1;
      progress.update(counts);
      if (outcome.ok) return;
      checkpoint.failed(outcome.index);
      // Written before the item counts as finished: after a kill it may be listed twice, but is never missing.
      await appendFailure(options.failed, { line, userId: outcome.userId || undefined, error: outcome.error });
    }).finally(() => {
      progress.stop();
      return checkpoint.close();
    });
    const seconds = (performance.now() - start) / 1_000;
    const { done, failed } = counts;
    // `earlier`: the counts of the runs before this one.
    return { synced: done - failed, failed, earlier: checkpoint.start, seconds, isInterrupted };
  } finally {
    await input.close();
  }
}

/** Returns true if the signal interrupted the iteration. */
async function forEachOutcome(outcomes: AsyncIterable<SyncOutcome>, handle: (outcome: SyncOutcome) => Promise<void>) {
  try {
    for await (const outcome of outcomes) await handle(outcome);
    return false;
  } catch (error) {
    if (isNexusError(error) && error.kind === "aborted") return true;
    throw error;
  }
}

/** Readable by the owner only, because it contains user ids; it contains no bodies and no credentials. */
async function appendFailure(file: string, failure: object): Promise<void> {
  await appendFile(file, `${JSON.stringify(failure)}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw new CommandError(`${file} can't be written: ${codeOf(error)}.`);
  });
}
