import { ConfigurationError } from "./configuration-error.ts";

/**
 * Parses a file of JSON in strict UTF-8, and ignores a byte order mark.
 * @throws ConfigurationError with the position of the error, and without the content, which may be secret or personal.
 */
export function parseJson(content: Uint8Array): unknown {
  const text = decodeUtf8(content);
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, place] = /\((line \d+ column \d+)\)$/.exec((error as Error).message) ?? [];
    throw new ConfigurationError(place === undefined ? "is not JSON" : `is not JSON: error at ${place}`);
  }
}

function decodeUtf8(content: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw new ConfigurationError((cause as Error).message, { cause });
    const lines = new TextDecoder().decode(content.subarray(0, firstInvalidByte(content))).split("\n");
    const place = `line ${lines.length} column ${(lines.at(-1) ?? "").length + 1}`;
    throw new ConfigurationError(`is not UTF-8: error at ${place}`, { cause });
  }
}

const REPLACEMENT = Buffer.from("\ufffd");

/** The decoder replaces invalid bytes by U+FFFD, which the text may also have itself. */
function firstInvalidByte(content: Uint8Array): number {
  let offset = 0;
  for (const valid of new TextDecoder("utf-8", { ignoreBOM: true }).decode(content).split("\ufffd")) {
    offset += Buffer.byteLength(valid);
    if (!REPLACEMENT.equals(content.subarray(offset, offset + REPLACEMENT.length))) break;
    offset += REPLACEMENT.length;
  }
  return offset;
}
