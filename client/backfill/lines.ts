/** Bytes. The contract server takes bodies of 256 KiB; what is longer is no line but another kind of file. */
const LONGEST = 1_048_576;
const LINE_FEED = 0x0a;
const UTF_8 = new TextDecoder("utf-8", { fatal: true });

export interface Line {
  /** Counted from 1. */
  number: number;
  /** Undefined where it is no UTF-8, or longer than 1 MiB. */
  text: string | undefined;
}

/**
 * Lines end at LF or CRLF and nothing else: node:readline also ends them at U+2028, which JSON may hold as it is. Bytes that
 * are no UTF-8 are not replaced but reported, for they would be stored as U+FFFD. A byte order mark is dropped.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer) => {
    length += piece.length;
    // What is too long already is counted, and not kept.
    if (length <= LONGEST) pieces.push(piece);
  };
  const end = (): Line => {
    const text = length > LONGEST ? undefined : decoded(Buffer.concat(pieces));
    pieces = [];
    length = 0;
    number += 1;
    return { number, text };
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, start)) {
      keep(chunk.subarray(start, at));
      yield end();
      start = at + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield end();
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}
