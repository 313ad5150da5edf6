import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { SyncItem } from "../bulk/sync-item.ts";
import { NexusError } from "../nexus-error.ts";
import { CommandError, codeOf } from "./command-error.ts";
import type { FailedLines } from "./failed-lines.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { linesOf, parseObject } from "./lines.ts";
import { formatCount } from "./progress.ts";

/**
 * Opens an NDJSON file, whose lines are read on demand, after they have been counted. Blank lines are skipped, and so are lines
 * that are appended later.
 * @param signal Ends the counting; the total is then undefined.
 * @param only The lines to read; the others are skipped. Default: all.
 * @throws CommandError if it can't be read, has another format, or does not have the lines in `only`; the iteration of the
 * items too, if their number has changed.
 */
export async function openInput(file: string, signal: AbortSignal, only?: FailedLines) {
  // Without O_NONBLOCK, the opening of a pipe would wait for its writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new CommandError(`${file} can't be read: ${codeOf(error)}.`);
  });
  // By index, for items that were read and have no outcome yet.
  const lineNumbers = new Map<number, number>();
  try {
    const fingerprint = await fingerprintOf(handle, file);
    const end = Math.max(0, fingerprint.size - 1);
    const read = (ending = {}) => {
      const stream = handle.createReadStream({ start: 0, end, autoClose: false, ...ending });
      // With a signal that has aborted, the stream emits the error too, before its iteration throws it.
      return itemLines(
        stream.on("error", () => {}),
        only,
      );
    };
    const counting = only ? checkOnly(read({ signal }), only, file) : count(read({ signal }));
    const total = await counting.catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    return {
      fingerprint,
      total,
      /** All items; the first `from` of them have no outcome. */
      async *items(from: number): AsyncGenerator<SyncItem> {
        const found = yield* itemsOf(read(), from, lineNumbers);
        if (total === undefined || found === total) return;
        const counts = `it had ${formatCount(total)} items, and now has ${formatCount(found)}`;
        throw new CommandError(
          `${file} has changed during the backfill: ${counts}. Start over, without its checkpoint.`,
        );
      },
      /** The line number of an item. It can be read once. */
      lineOf(index: number): number {
        const line = lineNumbers.get(index) ?? 0;
        lineNumbers.delete(index);
        return line;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Line {
  number: number;
  /** See `linesOf`. */
  text: string | undefined;
}

async function* itemLines(stream: AsyncIterable<Buffer>, only?: FailedLines): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of linesOf(stream)) {
    number += 1;
    const isRead = only === undefined || only.has(number);
    if (isRead && text?.trim() !== "") yield { number, text };
  }
}

async function count(lines: AsyncIterable<Line>): Promise<number> {
  let total = 0;
  for await (const _ of lines) total += 1;
  return total;
}

/** Finds an input that has changed before anything is sent. A line without a listed userId may have been corrected. */
async function checkOnly(lines: AsyncIterable<Line>, only: FailedLines, file: string): Promise<number> {
  const missing = new Set(only.keys());
  for await (const { number, text } of lines) {
    const userId = only.get(number);
    if (userId === undefined || parseItem(text).userId === userId) missing.delete(number);
  }
  const [line] = missing;
  if (line === undefined) return only.size;
  throw new CommandError(
    `Line ${line} of ${file} is not the line that failed: the file has changed, or the list is of another file.`,
  );
}

/** Returns the number of items at the end. */
async function* itemsOf(
  lines: AsyncIterable<Line>,
  from: number,
  lineNumbers: Map<number, number>,
): AsyncGenerator<SyncItem, number> {
  let index = 0;
  for await (const { number, text } of lines) {
    if (index >= from) lineNumbers.set(index, number);
    yield parseItem(text);
    index += 1;
  }
  return index;
}

/** Checks only the shape; the server validates the body against the contract. */
function parseItem(text: string | undefined): SyncItem {
  if (text === undefined) return invalidItem("", "The line is not UTF-8, or longer than 1 MiB.");
  const { userId, body } = parseObject(text);
  if (typeof userId !== "string") return invalidItem("", "The line is not a JSON object with a userId.");
  if (typeof body !== "object" || body === null) return invalidItem(userId, "The line's body is not a JSON object.");
  return { userId, body: body as NonNullable<SyncItem["body"]> };
}

function invalidItem(userId: string, message: string): SyncItem {
  return { userId, error: new NexusError("config", message) };
}
