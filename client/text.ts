/** Control characters, lone surrogates, line and paragraph separators, and marks that change the text direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}]/gu;

/** The text, cut after `maxLength` UTF-16 units, as one line for logs and terminals: U+FFFD replaces other characters. */
export function printable(text: string, maxLength?: number): string {
  return text.slice(0, maxLength).replace(UNPRINTABLE, "\uFFFD");
}

/**
 * Undefined for bytes that are not JSON in UTF-8 (RFC 8259 section 8.1); other bytes would become replacement characters. The error
 * of the runtime, which would contain a part of the text, is dropped.
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** False for text that the server rejects anywhere in a body: with U+0000 or a lone surrogate. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
