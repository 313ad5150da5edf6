/** Bytes. The server's limit for a body is 256 KiB. */
const MAX_LINE_BYTES = 1_048_576;
const LINE_FEED = 0x0a;
const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The lines of a stream, which end at LF or CRLF: node:readline also ends them at U+2028, which JSON strings may contain.
 * A line is undefined if it is longer than 1 MiB or not UTF-8, because replacement characters would be stored. A byte
 * order mark is dropped.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  const add = (piece: Buffer) => {
    length += piece.length;
    if (length <= MAX_LINE_BYTES) pieces.push(piece);
  };
  const end = () => {
    const text = length > MAX_LINE_BYTES ? undefined : decode(Buffer.concat(pieces));
    pieces = [];
    length = 0;
    return text;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, at));
      yield end();
      start = at + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield end();
}

/** The object in a line; without members if there is none. */
export function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function decode(bytes: Buffer): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}
