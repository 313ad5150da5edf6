import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { SyncItem } from "../bulk/sync-item.ts";
import { NexusError } from "../nexus-error.ts";
import { CallRefused, codeOf } from "./call-refused.ts";
import { linesOf } from "./lines.ts";

/** Bytes that are hashed. */
const FIRST_PART = 65_536;

/** Tells one file from another wherever it lies. A change of a byte further in that keeps the size is not seen. */
export interface Fingerprint {
  size: number;
  sha256: string;
}

export type Input = Awaited<ReturnType<typeof openInput>>;

/**
 * An NDJSON file as items, read as they are asked for. Blank lines are none.
 * @throws CallRefused if it can't be read.
 */
export async function openInput(file: string) {
  const handle = await open(file).catch((error: unknown) => {
    throw new CallRefused(`${file} can't be read: ${codeOf(error)}.`);
  });
  const fingerprint = await fingerprintOf(handle, file).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  // Of what is under way: asked for, and not yet answered.
  const lineNumbers = new Map<number, number>();
  const stream = handle.createReadStream({ start: 0, autoClose: false });
  return {
    fingerprint,
    /** Bytes read so far. */
    bytes: () => stream.bytesRead,
    /** The items; the first `from` of them are not looked at. */
    items: (from: number) => itemsOf(stream, from, lineNumbers),
    /** The line of an item, asked once: it is forgotten then. */
    lineOf(index: number): number {
      const line = lineNumbers.get(index) ?? 0;
      lineNumbers.delete(index);
      return line;
    },
    close: () => handle.close(),
  };
}

async function* itemsOf(
  stream: AsyncIterable<Buffer>,
  from: number,
  lineNumbers: Map<number, number>,
): AsyncGenerator<SyncItem> {
  let index = 0;
  for await (const { number, text } of linesOf(stream)) {
    if (text?.trim() === "") continue;
    if (index >= from) lineNumbers.set(index, number);
    yield index < from ? PASSED_OVER : itemOf(text);
    index += 1;
  }
}

const PASSED_OVER = broken("", "The line was passed over.");

function itemOf(text: string | undefined): SyncItem {
  if (text === undefined) return broken("", "The line is not UTF-8, or longer than 1 MiB.");
  const value = parsed(text);
  const { userId, body } = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  if (typeof userId !== "string") return broken("", "The line is not a JSON object with a userId.");
  if (typeof body !== "object" || body === null) return broken(userId, "The line's body is not a JSON object.");
  // The server checks the rest against the contract, and says where it is broken.
  return { userId, body: body as NonNullable<SyncItem["body"]> };
}

function broken(userId: string, message: string): SyncItem {
  return { userId, error: new NexusError("config", message) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fingerprintOf(handle: FileHandle, file: string): Promise<Fingerprint> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new CallRefused(`${file} is no file.`);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(FIRST_PART), 0, FIRST_PART, 0);
  return { size: stat.size, sha256: createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex") };
}
