import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Directory } from "../../generated/types.ts";
import { DirectoryRefused } from "../store/store.ts";

/** An entry that has not been checked yet. */
export interface Placed {
  value?: unknown;
  /** Why there is no value. */
  unreadable?: string;
  /** File and place, for messages: `directory.json /users/3`, `directory.ndjson:17`. */
  where: string;
}

/** Entries that can be read as often as needed, each time the same. */
export interface Entries {
  read(): AsyncGenerator<Placed>;
  /** How much of the source has been read this time, from 0 to 1. */
  share(): number;
}

/**
 * The entries of a directory: a JSON file, an NDJSON file (`.ndjson`, `.jsonl`; read as a stream), or the same as an
 * object.
 * @throws DirectoryRefused if it can't be read.
 */
export async function entriesIn(source: string | Directory): Promise<Entries> {
  if (typeof source !== "string") return inObject(source, "directory");
  return /\.(ndjson|jsonl)$/.test(source) ? inLines(source) : inFile(source);
}

async function inFile(file: string): Promise<Entries> {
  const text = await readFile(file, "utf8").catch(refuse(file));
  const { value, unreadable } = parsed(text);
  if (unreadable !== undefined) throw new DirectoryRefused([`${file}: ${unreadable}`]);
  return inObject(value, file);
}

function inObject(directory: unknown, name: string): Entries {
  const lists = { roles: "role", roleConnectionMaps: "roleConnectionMap", users: "user" } as const;
  const missing = Object.keys(lists).filter(
    (key) => !Array.isArray((directory as Record<string, unknown> | null)?.[key]),
  );
  if (missing.length > 0) throw new DirectoryRefused(missing.map((key) => `${name}: '${key}' must be a list`));
  async function* read(): AsyncGenerator<Placed> {
    for (const [list, kind] of Object.entries(lists)) {
      for (const [index, value] of (directory as Record<string, unknown[]>)[list]?.entries() ?? []) {
        yield { value: { [kind]: value }, where: `${name} /${list}/${index}` };
      }
    }
  }
  return { read, share: () => 1 };
}

/** A file that changes between two readings is refused: what is stored must be what was checked. */
async function inLines(file: string): Promise<Entries> {
  const first = await stat(file).catch(refuse(file));
  if (!first.isFile()) throw new DirectoryRefused([`${file}: must be a file, for it is read twice`]);
  let bytesRead = () => 0;
  async function* read(): AsyncGenerator<Placed> {
    let number = 0;
    const input = createReadStream(file, "utf8");
    bytesRead = () => input.bytesRead;
    try {
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        number += 1;
        if (line.trim() !== "") yield { ...parsed(line), where: `${file}:${number}` };
      }
      const { size, mtimeMs } = await stat(file);
      if (size !== first.size || mtimeMs !== first.mtimeMs) throw new Error("was changed while it was read");
    } catch (error) {
      refuse(file)(error as Error);
    }
  }
  return { read, share: () => Math.min(1, bytesRead() / Math.max(1, first.size)) };
}

function refuse(file: string): (error: Error) => never {
  return (error) => {
    throw new DirectoryRefused([`${file}: ${error.message}`]);
  };
}

function parsed(text: string): Pick<Placed, "value" | "unreadable"> {
  try {
    // Some editors put a byte order mark in front, which JSON.parse does not take.
    return { value: JSON.parse(text.replace(/^\ufeff/, "")) };
  } catch (error) {
    return { unreadable: (error as Error).message.replace(/\s+/g, " ") };
  }
}
