import { constants, createReadStream, existsSync } from "node:fs";
import { access, appendFile, open, readFile, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { CommandError, codeOf } from "./command-error.ts";
import { linesOf, parseObject } from "./lines.ts";

/** Line numbers of an input, each with its userId if that could be read. */
export type FailedLines = ReadonlyMap<number, string | undefined>;

/**
 * Reads a list of failed lines; a line that is listed several times counts once.
 * @throws CommandError if it can't be read, or is not a list of failed lines.
 */
export async function readFailedLines(path: string): Promise<FailedLines> {
  const failed = new Map<number, string | undefined>();
  let entry = 0;
  try {
    for await (const text of linesOf(createReadStream(path))) {
      entry += 1;
      if (text?.trim() === "") continue;
      const { line, userId } = parseObject(text);
      if (!isLineNumber(line)) throw notFailedLine(path, entry);
      failed.set(line, typeof userId === "string" ? userId : failed.get(line));
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path} can't be read: ${codeOf(error)}.`);
  }
  return failed;
}

function isLineNumber(line: unknown): line is number {
  return Number.isSafeInteger(line) && Number(line) >= 1;
}

function notFailedLine(path: string, entry: number): CommandError {
  return new CommandError(`Line ${entry} of ${path} is not a failed line: --retry-failed takes a list from --failed.`);
}

/**
 * Opens the list if it exists; it is created at the first failure.
 * @throws CommandError if it can't be written.
 */
export async function checkFailedList(path: string): Promise<void> {
  try {
    if (existsSync(path)) await (await open(path, "a")).close();
    else await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw new CommandError(`${path} can't be written: ${codeOf(error)}.`);
  }
}

/** Readable by the owner only, because it contains user ids; it contains no bodies and no credentials. */
export async function appendFailedLine(path: string, failure: object): Promise<void> {
  await appendFile(path, `${JSON.stringify(failure)}\n`, { mode: 0o600 }).catch(async (error: unknown) => {
    await dropTornLine(path);
    throw new CommandError(`${path} can't be written: ${codeOf(error)}.`);
  });
}

/** A full disk can take a part of a line, with which the list could not be read. */
async function dropTornLine(path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes) await truncate(path, bytes.lastIndexOf("\n") + 1).catch(() => {});
}
