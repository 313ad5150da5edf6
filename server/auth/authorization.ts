import type { IncomingMessage } from "node:http";
import type { Operation, SecurityScheme } from "../contract/operations.ts";

/** Reason for rejecting credentials, part of the problem detail. Contains nothing of the request. */
export type Failure = "missing" | "sent twice" | "malformed" | "wrong" | "expired";

/** The part of Authorization after the scheme's name (in any case) and exactly one space (RFC 9110 section 11.4). */
export function authorization(request: IncomingMessage, scheme: string): { value: string } | Failure {
  const header = singleHeader(request, "authorization");
  if (typeof header === "string") return header;
  const [name = "", ...rest] = header.value.split(" ");
  if (name.toLowerCase() !== scheme) return "missing";
  return rest.length === 1 && rest[0] ? { value: rest[0] } : "malformed";
}

/** The value of a header that must not be repeated; Node itself would drop or join further values. */
export function singleHeader({ headersDistinct }: IncomingMessage, name: string): { value: string } | Failure {
  const values = headersDistinct[name.toLowerCase()] ?? [];
  const [value] = values;
  if (!value) return "missing";
  return values.length === 1 ? { value } : "sent twice";
}

const REALM = 'realm="Nexus APIs"';

/** One challenge per kind of credentials (RFC 9110 section 11.6.1); API keys in a header have no registered scheme. */
export function challenges(
  alternatives: Operation["security"],
  securitySchemes: Readonly<Record<string, SecurityScheme>>,
): string[] {
  const found = alternatives.flatMap(Object.keys).flatMap((name) => {
    const scheme = securitySchemes[name];
    if (scheme?.type !== "http") return [];
    return [scheme.scheme === "basic" ? `Basic ${REALM}, charset="UTF-8"` : `Bearer ${REALM}`];
  });
  return [...new Set(found)];
}
