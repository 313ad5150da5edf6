import type { SyncOutcome } from "../bulk/sync-item.ts";
import { syncMany } from "../bulk/sync-many.ts";
import { createNexusClient } from "../nexus-client.ts";
import { isNexusError } from "../nexus-error.ts";
import { openCheckpoint } from "./checkpoint-file.ts";
import { appendFailedLine, checkFailedList, readFailedLines } from "./failed-lines.ts";
import { openInput } from "./input.ts";
import { type BackfillOptions, credentialsFrom, type Environment } from "./options.ts";
import { type ProgressOutput, startProgress } from "./progress.ts";
import { createFailureLimit, type Ending, INTERRUPTED, rejectedCredentials } from "./stop.ts";
import { createTally } from "./tally.ts";

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
 * Syncs every line of the file, or those that failed before.
 * @throws CommandError if a file or the credentials are invalid, or a result can't be written; NexusError `config` if the
 * URL is invalid.
 */
export async function backfillFile({ options, env, output, lineEveryMs = 10_000, signal }: BackfillContext) {
  const client = createNexusClient({ baseUrl: options.url, credentials: credentialsFrom(env) });
  const { retryFailed } = options;
  const input = await openInput(
    options.file,
    signal,
    retryFailed === undefined ? undefined : await readFailedLines(retryFailed),
  );
  try {
    const { checkpoint: path, file, url } = options;
    const { fingerprint, total = Number.POSITIVE_INFINITY } = input;
    await checkFailedList(options.failed);
    const checkpoint = await openCheckpoint({ path, file, input: fingerprint, total, url });
    const start = performance.now();
    const tally = createTally();
    const limit = createFailureLimit(options.maxFailures);
    const stop = new AbortController();
    const { next: from } = checkpoint.start;
    const progress = startProgress({ output, total: input.total ?? 0, before: from, lineEveryMs });
    const outcomes = syncMany(client, input.items(from), {
      concurrency: options.concurrency,
      signal: AbortSignal.any([signal, stop.signal]),
      checkpoint: { from, save: checkpoint.save },
      onPause: ({ status, waitMs }) => progress.log(`${status}: waiting ${Math.ceil(waitMs / 1_000)} s`),
    });
    const ending = await forEachOutcome(outcomes, async (outcome) => {
      const line = input.lineOf(outcome.index);
      const rejected = rejectedCredentials(outcome, line);
      if (rejected) return rejected;
      tally.add(outcome, line);
      progress.update(tally.counts);
      // Items that have an outcome are still finished.
      const reached = limit(outcome, line);
      if (reached) stop.abort(reached);
      if (outcome.ok) return undefined;
      checkpoint.failed(outcome.index);
      // Written before the item counts as finished: after a kill it may be listed twice, but is never missing.
      await appendFailedLine(options.failed, { line, userId: outcome.userId || undefined, error: outcome.error });
      return undefined;
    }).finally(() => {
      progress.stop();
      return checkpoint.close();
    });
    const seconds = (performance.now() - start) / 1_000;
    const { done, failed } = tally.counts;
    return {
      ...{ synced: done - failed, failed, reasons: tally.reasons(), seconds },
      /** The counts of the runs before this one. */
      earlier: checkpoint.start,
      /** Undefined after the last item. */
      ending: ending === INTERRUPTED && stop.signal.aborted ? (stop.signal.reason as Ending) : ending,
    };
  } finally {
    await input.close();
  }
}

/** Returns the ending that `handle` returned: the item is then unfinished. An abort is INTERRUPTED. */
async function forEachOutcome(
  outcomes: AsyncIterable<SyncOutcome>,
  handle: (outcome: SyncOutcome) => Promise<Ending | undefined>,
): Promise<Ending | undefined> {
  try {
    for await (const outcome of outcomes) {
      const ending = await handle(outcome);
      if (ending) return ending;
    }
    return undefined;
  } catch (error) {
    if (isNexusError(error) && error.kind === "aborted") return INTERRUPTED;
    throw error;
  }
}
