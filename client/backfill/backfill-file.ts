import { appendFile } from "node:fs/promises";
import type { SyncOutcome } from "../bulk/sync-item.ts";
import { syncMany } from "../bulk.ts";
import { createNexusClient } from "../nexus-client.ts";
import { isNexusError, type NexusError } from "../nexus-error.ts";
import { CallRefused, codeOf } from "./call-refused.ts";
import { openCheckpoint } from "./checkpoint-file.ts";
import { credentialsFrom, type Environment } from "./environment.ts";
import { openInput } from "./input.ts";
import { type Screen, startMeter } from "./meter.ts";
import type { BackfillOptions } from "./options.ts";

export interface Backfill {
  options: BackfillOptions;
  env: Environment;
  screen: Screen;
  lineEveryMs: number;
  signal: AbortSignal;
}

export interface Result {
  synced: number;
  failed: number;
  /** The same of the runs before, by the checkpoint. */
  earlier: { next: number; failed: number };
  seconds: number;
  isInterrupted: boolean;
}

/**
 * Syncs every line of the file.
 * @throws CallRefused if it can't begin, or can't write what came of it.
 */
export async function backfillFile({ options, env, screen, lineEveryMs, signal }: Backfill): Promise<Result> {
  const client = clientFor(options.url, env);
  const input = await openInput(options.file);
  try {
    const checkpoint = await openCheckpoint(options.checkpoint, input.fingerprint);
    const { next: from } = checkpoint.start;
    const start = performance.now();
    const counts = { done: 0, failed: 0 };
    const { size } = input.fingerprint;
    const meter = startMeter(screen, () => ({ ...counts, bytes: input.bytes(), size }), lineEveryMs);
    const outcomes = syncMany(client, input.items(from), {
      concurrency: options.concurrency,
      signal,
      checkpoint: { from, save: checkpoint.save },
      onProgress: (progress) => void Object.assign(counts, progress),
    });
    const isInterrupted = await takeAll(outcomes, async (outcome) => {
      const line = input.lineOf(outcome.index);
      if (outcome.ok) return;
      checkpoint.failed(outcome.index);
      // Before the item counts as finished: a kill may list it twice, but never loses it.
      await appendFile(options.failed, failedLine(line, outcome), { mode: 0o600 }).catch((error: unknown) => {
        throw new CallRefused(`${options.failed} can't be written: ${codeOf(error)}.`);
      });
    }).finally(() => {
      meter.end();
      return checkpoint.close();
    });
    const { done, failed } = counts;
    const seconds = (performance.now() - start) / 1_000;
    return { synced: done - failed, failed, earlier: checkpoint.start, seconds, isInterrupted };
  } finally {
    await input.close();
  }
}

/** True if the signal ended it. */
async function takeAll(outcomes: AsyncIterable<SyncOutcome>, take: (outcome: SyncOutcome) => Promise<void>) {
  try {
    for await (const outcome of outcomes) await take(outcome);
    return false;
  } catch (error) {
    if (isNexusError(error) && error.kind === "aborted") return true;
    throw error;
  }
}

/** For the operator: whose line it was and what came of it; neither its body nor a credential. */
function failedLine(line: number, { userId, error }: { userId: string; error: NexusError }): string {
  return `${JSON.stringify({ line, ...(userId !== "" && { userId }), error })}\n`;
}

function clientFor(baseUrl: string, env: Environment) {
  const credentials = credentialsFrom(env);
  try {
    return createNexusClient({ baseUrl, credentials });
  } catch (error) {
    throw isNexusError(error) ? new CallRefused(error.message.replace("baseUrl", "--url")) : error;
  }
}
