import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { CommandError } from "./command-error.ts";

/** Bytes that are hashed. */
const HASHED_BYTES = 65_536;

/** Identifies a file independently of its path. A later change that keeps the size is not detected. */
export interface Fingerprint {
  size: number;
  sha256: string;
}

/** Formats that are taken for NDJSON, by their first bytes. */
const OTHER_FORMATS: readonly [start: string, words: string][] = [
  ["\u001f\u008b", "is compressed with gzip: decompress it first"],
  ["PK\u0003\u0004", "is a ZIP archive: extract the lines first"],
  ["\u00ff\u00fe", "is UTF-16: convert it to UTF-8 first"],
  ["\u00fe\u00ff", "is UTF-16: convert it to UTF-8 first"],
  ["[", "is a JSON array: write one object per line, as jq -c '.[]' does"],
];

/** @throws CommandError if it is not a file of lines. */
export async function fingerprintOf(handle: FileHandle, file: string): Promise<Fingerprint> {
  const stat = await handle.stat();
  if (!stat.isFile()) {
    throw new CommandError(`${file} is not a regular file: it is read twice, so save the lines in one.`);
  }
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HASHED_BYTES), 0, HASHED_BYTES, 0);
  const bytes = buffer.subarray(0, bytesRead);
  const text = bytes.toString("latin1").trimStart();
  const [, words] = OTHER_FORMATS.find(([start]) => text.startsWith(start)) ?? [];
  if (words) throw new CommandError(`${file} ${words}.`);
  return { size: stat.size, sha256: createHash("sha256").update(bytes).digest("hex") };
}
