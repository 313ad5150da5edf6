import type { IncomingMessage } from "node:http";

/** Why credentials were refused, in words for the caller; nothing that was sent is repeated. */
export type Failure = "missing" | "sent twice" | "malformed" | "wrong" | "expired";

/** The value of a header that must not be repeated; Node itself would drop or join further values. */
export function singleHeader({ headersDistinct }: IncomingMessage, name: string): { value: string } | Failure {
  const values = headersDistinct[name.toLowerCase()] ?? [];
  const [value] = values;
  if (!value) return "missing";
  return values.length === 1 ? { value } : "sent twice";
}

/** The part of Authorization after the scheme's name (in any case) and exactly one space (RFC 9110 section 11.4). */
export function authorization(request: IncomingMessage, scheme: string): { value: string } | Failure {
  const header = singleHeader(request, "authorization");
  if (typeof header === "string") return header;
  const [name = "", ...rest] = header.value.split(" ");
  if (name.toLowerCase() !== scheme) return "missing";
  return rest.length === 1 && rest[0] ? { value: rest[0] } : "malformed";
}

/** User id and password of Basic (RFC 7617): padded base64 of UTF-8, no control characters; the first colon separates. */
export function basicPair(encoded: string): { id: string; secret: string } | undefined {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return undefined;
  const text = bytes.toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0 || !Buffer.from(text).equals(bytes) || /\p{Cc}/u.test(text)) return undefined;
  return { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}
