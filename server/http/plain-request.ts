/** What is needed to refuse a request without more of HTTP: where it ends, for which path it is, and its own id. */
export interface PlainRequest {
  path: string;
  /** X-Request-Id, if it is one that is taken. */
  requestId: string | undefined;
}

const START = /^(?:PUT|POST) (\/[^\s?#]*)(?:\?[^\s#]*)? HTTP\/1\.1$/;
/** A header field without folding, its name in the characters of a token (RFC 9110 section 5.1). */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/;
/** Whoever sends one of these has more to say about where the request ends, or what comes after it. */
const NOT_PLAIN = new Set(["transfer-encoding", "expect", "upgrade", "te", "trailer"]);
const MOST_FIELDS = 50;

/**
 * Reads bytes that hold one whole request, no more and no less, written as nearly all are: HTTP/1.1, a Content-Length
 * in digits, nothing that needs the parser's judgement. Anything else is undefined, and the parser's business.
 */
export function plainRequestIn(bytes: Buffer): PlainRequest | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [start = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const [, path] = START.exec(start) ?? [];
  const fields = path === undefined ? undefined : plainFields(lines);
  if (path === undefined || fields?.get("content-length") === undefined || !fields.has("host")) return undefined;
  const length = fields.get("content-length") ?? "";
  if (!/^\d{1,9}$/.test(length) || end + 4 + Number(length) !== bytes.length) return undefined;
  const asked = fields.get("x-request-id") ?? "";
  return { path, requestId: /^[\x21-\x7e]{1,128}$/.test(asked) ? asked : undefined };
}

/** The fields by their names in lower case; undefined where one is there twice, or says what only the parser judges. */
function plainFields(lines: readonly string[]): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  if (lines.length > MOST_FIELDS) return undefined;
  for (const line of lines) {
    const [, name = "", value = ""] = FIELD.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === "" || fields.has(key) || NOT_PLAIN.has(key)) return undefined;
    if (key === "connection" && value.toLowerCase() !== "keep-alive") return undefined;
    fields.set(key, value);
  }
  return fields;
}
