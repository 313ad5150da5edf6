import { readFile, rename, writeFile } from "node:fs/promises";
import { CallRefused, codeOf } from "./call-refused.ts";
import type { Fingerprint } from "./input.ts";

/** Milliseconds between two writings. */
const PAUSE_MS = 200;

interface Saved {
  /** Items finished without a gap. */
  next: number;
  /** How many of those failed. */
  failed: number;
}

export type Checkpoint = Awaited<ReturnType<typeof openCheckpoint>>;

/**
 * How far a backfill came, kept in a file, or nowhere where there is no path.
 * @throws CallRefused if the file can't be read, or is about another input.
 */
export async function openCheckpoint(path: string | undefined, input: Fingerprint) {
  const start = path === undefined ? undefined : await readSaved(path, input);
  const failedBeyond = new Set<number>();
  let { next, failed } = start ?? { next: 0, failed: 0 };
  let written = next;
  let writtenAt = 0;
  const write = async () => {
    if (path === undefined || written === next) return;
    written = next;
    // Renaming replaces the old file in one step: a kill leaves one or the other, whole.
    const temporary = `${path}.tmp`;
    const text = `${JSON.stringify({ input, next, failed })}\n`;
    await writeFile(temporary, text, { flush: true })
      .then(() => rename(temporary, path))
      .catch((error: unknown) => {
        throw new CallRefused(`The checkpoint ${path} can't be written: ${codeOf(error)}.`);
      });
    writtenAt = performance.now();
  };
  return {
    start: { next, failed },
    /** An item failed; it counts once `next` is beyond it. */
    failed: (index: number) => void failedBeyond.add(index),
    /** Takes in the count; it is in the file 200 ms later, if not at once. */
    async save(count: number): Promise<void> {
      next = count;
      for (const index of failedBeyond) {
        if (index >= next) continue;
        failedBeyond.delete(index);
        failed += 1;
      }
      if (performance.now() - writtenAt >= PAUSE_MS) await write();
    },
    /** Writes what is not yet written. */
    close: write,
  };
}

async function readSaved(path: string, input: Fingerprint): Promise<Saved | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new CallRefused(`The checkpoint ${path} can't be read: ${codeOf(error)}.`);
  });
  if (text === undefined) return undefined;
  const saved = parsed(text);
  if (!saved) throw new CallRefused(`${path} is no checkpoint.`);
  if (saved.input.size !== input.size || saved.input.sha256 !== input.sha256) {
    throw new CallRefused(`The checkpoint ${path} is of another input file. Name another, or remove it to start over.`);
  }
  return saved;
}

function parsed(text: string): (Saved & { input: Fingerprint }) | undefined {
  try {
    const { input, next, failed } = JSON.parse(text);
    const isWhole = [next, failed, input.size].every((count) => Number.isSafeInteger(count) && count >= 0);
    return isWhole ? { input, next, failed } : undefined;
  } catch {
    return undefined;
  }
}
