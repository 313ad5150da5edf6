import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Directory } from "../../generated/types.ts";
import { parseJson } from "../json-text.ts";
import { didYouMean, nearest } from "../nearest.ts";
import { DirectoryRefused } from "./directory-refused.ts";

/** One entry before the check. */
export interface Entry {
  /** Absent if the line is not JSON in UTF-8; `syntaxError` then gives the reason. */
  value?: unknown;
  syntaxError?: string | undefined;
  /** File and position for messages: `directory.json /users/3`, `directory.ndjson:17`. */
  where: string;
}

export interface Entries {
  /** Reads the source from its start; each call yields the same entries. */
  read(): AsyncGenerator<Entry>;
  /** How much of the source the latest `read` has consumed, from 0 to 1. */
  share(): number;
}

/**
 * The entries of a directory: a JSON file, an NDJSON file (`.ndjson` or `.jsonl`, streamed) or an object.
 * @throws DirectoryRefused if the source can't be read.
 */
export async function entriesIn(source: string | Directory): Promise<Entries> {
  if (typeof source !== "string") return objectEntries(source, "directory");
  if (/\.(ndjson|jsonl)$/.test(source)) return ndjsonEntries(source);
  const content = await readFile(source).catch(refuse(source));
  const { value, syntaxError } = parse(content);
  if (syntaxError !== undefined) throw new DirectoryRefused([`${source}: ${syntaxError}`]);
  return objectEntries(value, source);
}

const KINDS = { roles: "role", roleConnectionMaps: "roleConnectionMap", users: "user" } as const;

function objectEntries(directory: unknown, name: string): Entries {
  const members = Object.entries(KINDS).map(([list, kind]) => {
    const items: unknown = (directory as Record<string, unknown> | null)?.[list];
    return { list, kind, items };
  });
  const missing = members.filter(({ items }) => !Array.isArray(items));
  if (missing.length > 0) {
    const unknown = Object.keys(Object(directory)).filter((member) => !Object.hasOwn(KINDS, member));
    throw new DirectoryRefused(
      missing.map(({ list }) => {
        const misspelt = nearest(list, unknown);
        const found = misspelt === undefined ? "" : `; there is '${misspelt}'.${didYouMean(list)}`;
        return `${name}: '${list}' must be an array${found}`;
      }),
    );
  }
  async function* read(): AsyncGenerator<Entry> {
    for (const { list, kind, items } of members) {
      for (const [index, value] of (items as unknown[]).entries()) {
        yield { value: { [kind]: value }, where: `${name} /${list}/${index}` };
      }
    }
  }
  return { read, share: () => 1 };
}

/** White space of JSON, also after a byte order mark. */
const BLANK = /^(\xef\xbb\xbf)?[ \t\r]*$/;

/** The file is read twice: to check it, then to store it. A change in between is an error. */
async function ndjsonEntries(file: string): Promise<Entries> {
  const first = await stat(file).catch(refuse(file));
  if (!first.isFile()) throw new DirectoryRefused([`${file}: must be a regular file because it is read twice`]);
  let bytesRead = () => 0;
  async function* read(): AsyncGenerator<Entry> {
    let number = 0;
    const input = createReadStream(file);
    bytesRead = () => input.bytesRead;
    try {
      for await (const line of linesIn(input)) {
        number += 1;
        if (BLANK.test(line.toString("latin1"))) continue;
        const { value, syntaxError } = parse(line);
        yield { value, syntaxError: syntaxError?.replace(" line 1 ", " "), where: `${file}:${number}` };
      }
      const { size, mtimeMs } = await stat(file);
      if (size !== first.size || mtimeMs !== first.mtimeMs) throw new Error("was changed while it was read");
    } catch (error) {
      refuse(file)(error as Error);
    }
  }
  return { read, share: () => Math.min(1, bytesRead() / Math.max(1, first.size)) };
}

/** Splits at LF only: node:readline also splits at U+2028 and U+2029, which JSON strings may contain. */
async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
  }
  yield Buffer.concat(parts);
}

function refuse(file: string): (error: Error) => never {
  return (error) => {
    throw new DirectoryRefused([`${file}: ${error.message}`]);
  };
}

function parse(content: Buffer): Pick<Entry, "value" | "syntaxError"> {
  try {
    return { value: parseJson(content) };
  } catch (error) {
    return { syntaxError: (error as Error).message };
  }
}
