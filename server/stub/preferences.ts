/** What a caller prefers of the stub (RFC 7240), as far as the stub knows it. */
export interface Preferences {
  /** `code=404`: the contract's example for that status. */
  code?: string;
  /** `example=NAME`: that example. */
  example?: string;
  /** `wait=N`: so many seconds later. */
  wait?: string;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** What stands between two commas, of which a quoted one is none. Takes each character once, however long the header. */
const ELEMENT = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/g;
/** `name[=value]`, then perhaps parameters, which mean nothing here (RFC 7240 section 2). */
const PREFERENCE = new RegExp(`^(${TOKEN})[ \\t]*(?:=[ \\t]*(${TOKEN}|"(?:[^"\\\\]|\\\\.)*")[ \\t]*)?(?:;|$)`);
const KNOWN = ["code", "example", "wait"] as const;

/** Of two with one name the first counts, and what is not known is ignored, as RFC 7240 says. */
export function preferencesIn(headers: readonly string[]): Preferences {
  const preferences: Preferences = {};
  // Each header by itself: a quote that one of them leaves open hides nothing of the next.
  for (const element of headers.flatMap((header) => header.match(ELEMENT) ?? [])) {
    const [, name = "", value = ""] = PREFERENCE.exec(element.trim()) ?? [];
    const known = KNOWN.find((one) => one === name.toLowerCase());
    if (known) preferences[known] ??= unquoted(value);
  }
  return preferences;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}
