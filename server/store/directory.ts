import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Directory } from "../../generated/types.ts";
import { createDirectoryCheck } from "./directory-check.ts";
import { type DirectoryEntry, DirectoryRefused } from "./store.ts";

/** An entry that has not been checked yet. */
export interface Placed {
  value?: unknown;
  /** Why there is no value. */
  unreadable?: string;
  /** File and place, for messages: `directory.json /users/3`, `directory.ndjson:17`. */
  where: string;
}

/**
 * The entries of a directory: a JSON file, an NDJSON file (`.ndjson`, `.jsonl`; read as a stream), or the same as an
 * object. Ends with DirectoryRefused, listing every problem, after the last entry.
 */
export async function* directoryEntries(source: string | Directory): AsyncGenerator<DirectoryEntry> {
  const check = createDirectoryCheck();
  for await (const placed of placedEntries(source)) {
    const entry = check.entry(placed);
    if (entry) yield entry;
  }
  const problems = check.problems();
  if (problems.length > 0) throw new DirectoryRefused(problems);
}

function placedEntries(source: string | Directory): AsyncGenerator<Placed> {
  if (typeof source !== "string") return fromObject(source, "directory");
  return /\.(ndjson|jsonl)$/.test(source) ? fromLines(source) : fromFile(source);
}

async function* fromFile(file: string): AsyncGenerator<Placed> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new DirectoryRefused([`${file}: ${error.message}`]);
  });
  const { value, unreadable } = parsed(text);
  if (unreadable !== undefined) throw new DirectoryRefused([`${file}: ${unreadable}`]);
  yield* fromObject(value, file);
}

async function* fromObject(directory: unknown, name: string): AsyncGenerator<Placed> {
  const lists = { roles: "role", roleConnectionMaps: "roleConnectionMap", users: "user" } as const;
  const missing = Object.keys(lists).filter(
    (key) => !Array.isArray((directory as Record<string, unknown> | null)?.[key]),
  );
  if (missing.length > 0) throw new DirectoryRefused(missing.map((key) => `${name}: '${key}' must be a list`));
  for (const [list, kind] of Object.entries(lists)) {
    for (const [index, value] of (directory as Record<string, unknown[]>)[list]?.entries() ?? []) {
      yield { value: { [kind]: value }, where: `${name} /${list}/${index}` };
    }
  }
}

async function* fromLines(file: string): AsyncGenerator<Placed> {
  let number = 0;
  const input = createReadStream(file, "utf8");
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() !== "") yield { ...parsed(line), where: `${file}:${number}` };
    }
  } catch (error) {
    throw new DirectoryRefused([`${file}: ${(error as Error).message}`]);
  }
}

function parsed(text: string): Pick<Placed, "value" | "unreadable"> {
  try {
    // Some editors put a byte order mark in front, which JSON.parse does not take.
    return { value: JSON.parse(text.replace(/^\ufeff/, "")) };
  } catch (error) {
    return { unreadable: (error as Error).message.replace(/\s+/g, " ") };
  }
}
