/** Control characters, lone surrogates, line and paragraph separators, and marks that change the text direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}]/gu;

/** The text, cut after `maxLength` UTF-16 units, as one line for logs and terminals: U+FFFD replaces other characters. */
export function printable(text: string, maxLength?: number): string {
  return text.slice(0, maxLength).replace(UNPRINTABLE, "\uFFFD");
}

/** Undefined for text that is not JSON. The error of the runtime, which would contain a part of it, is dropped. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** False for text that the server rejects anywhere in a body: with U+0000 or a lone surrogate. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
