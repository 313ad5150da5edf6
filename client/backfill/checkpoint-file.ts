import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError, codeOf } from "./command-error.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { formatCount } from "./progress.ts";

/** Milliseconds between two writes. */
const WRITE_EVERY_MS = 200;

interface Saved {
  /** The server; undefined in files of version 1.0.0. */
  url: string | undefined;
  input: Fingerprint;
  /** Items finished without a gap. */
  next: number;
  /** How many of them failed. */
  failed: number;
}

export interface CheckpointOptions {
  /** Undefined: nothing is saved. */
  path: string | undefined;
  file: string;
  input: Fingerprint;
  /** Items of the input; Infinity if they have not been counted. */
  total: number;
  url: string;
}

/**
 * Opens the checkpoint of a backfill.
 * @throws CommandError if the file can't be read, belongs to another input or server, or counts more items than the input has.
 */
export async function openCheckpoint({ path, file, input, total, ...server }: CheckpointOptions) {
  const url = new URL(server.url).href.replace(/\/+$/, "");
  const saved = path === undefined ? undefined : await readSaved(path, input, url);
  if (path !== undefined) {
    // Found now rather than after the first items.
    await access(dirname(path), constants.W_OK).catch((error: unknown) => {
      throw notWritten(path, error);
    });
  }
  if (saved && saved.next > total) {
    const counts = `counts ${formatCount(saved.next)} finished items, but ${file} has ${formatCount(total)}`;
    throw new CommandError(`The checkpoint ${path} ${counts}. Remove it to start over.`);
  }
  const failedBeyond = new Set<number>();
  // Two backfills at the same speed would write the same counts.
  const run = randomUUID();
  let { next, failed } = saved ?? { next: 0, failed: 0 };
  let writtenNext = next;
  let writtenAt = 0;
  let written = saved?.text;
  const write = async () => {
    if (path === undefined || writtenNext === next) return;
    writtenNext = next;
    const found = await readText(path);
    if (found !== undefined && found !== written) {
      throw new CommandError(`The checkpoint ${path} was changed by another backfill: use one checkpoint for each.`);
    }
    written = `${JSON.stringify({ url, input, next, failed, run })}\n`;
    await replaceFile(path, written);
    writtenAt = performance.now();
  };
  return {
    start: { next, failed },
    /** Records a failed item. It is counted once `next` has passed it. */
    failed: (index: number) => void failedBeyond.add(index),
    /** Records the count of finished items. Within 200 ms of the last write, a later call writes it. */
    async save(count: number): Promise<void> {
      next = count;
      for (const index of failedBeyond) {
        if (index >= next) continue;
        failedBeyond.delete(index);
        failed += 1;
      }
      if (performance.now() - writtenAt >= WRITE_EVERY_MS) await write();
    },
    /** Writes the last count. */
    close: write,
  };
}

/**
 * Replaces the file by renaming, so that after a kill it is the old one or the new one. A new file is readable by its
 * owner only; the mode of an existing one is kept.
 */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const existing = await stat(path).catch(ifMissing);
    await writeFile(temporary, text, { flush: true, flag: "wx", mode: 0o600 });
    if (existing) await chmod(temporary, existing.mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): CommandError {
  return new CommandError(`The checkpoint ${path} can't be written: ${codeOf(error)}.`);
}

async function readSaved(
  path: string,
  input: Fingerprint,
  url: string,
): Promise<(Saved & { text: string }) | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const saved = parseSaved(text);
  if (!saved) throw new CommandError(`${path} is not a checkpoint.`);
  const isSameInput = saved.input.size === input.size && saved.input.sha256 === input.sha256;
  if (isSameInput && (saved.url ?? url) === url) return { ...saved, text };
  const owner = isSameInput ? `the server ${saved.url}` : "another input file";
  throw new CommandError(`The checkpoint ${path} belongs to ${owner}. Use another path, or remove it to start over.`);
}

/** Undefined if the file is missing. */
async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8")
    .catch(ifMissing)
    .catch((error: unknown) => {
      throw new CommandError(`The checkpoint ${path} can't be read: ${codeOf(error)}.`);
    });
}

/** Returns undefined if the file is missing, and rethrows any other error. */
function ifMissing(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

function parseSaved(text: string): Saved | undefined {
  try {
    const { url, input, next, failed } = JSON.parse(text);
    const isValid = [next, failed, input.size].every((count) => Number.isSafeInteger(count) && count >= 0);
    return isValid && failed <= next ? { url, input, next, failed } : undefined;
  } catch {
    return undefined;
  }
}
