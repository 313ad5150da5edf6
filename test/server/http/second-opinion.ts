import { isUtf8 } from "node:buffer";
import type { BodyViolation, SyncUserIdentityRequest } from "../../../generated/types.ts";
import { SyncUserIdentityRequest as fits } from "../../../generated/validators.js";

/** Bytes; the server's default. */
const BODY_LIMIT = 262_144;

/** What a body deserves, found without the server: the status, or the body itself where it fits the contract. */
export function secondOpinion(sent: string | Uint8Array): { status: 400 | 413 } | { body: SyncUserIdentityRequest } {
  const bytes = Buffer.from(sent);
  if (bytes.length > BODY_LIMIT) return { status: 413 };
  const body = isUtf8(bytes) ? parsed(bytes.toString().replace(/^\ufeff/, "")) : undefined;
  return fits(body) ? { body } : { status: 400 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Where validator and server differ by design: rules on a body that its schema does not state. Each tells whether a
 * violation that the server reports is one of its own.
 */
export const BY_DESIGN = {
  /** The stores disagree on U+0000 and lone surrogates, so no text may hold one, nor the name of any member. */
  "text that can't be stored": ({ pointer }, body) => hasUnstorableText(valueAt(body, pointer)),
  /** A claim may have any length; one that becomes part of the profile is held to that part's. */
  "a profile value that is too long": ({ pointer }, { attributes }) =>
    attributes.some(({ key, value }, index) => {
      const most = LONGEST.get(key.toLowerCase().replace("_", "")) ?? Number.POSITIVE_INFINITY;
      return pointer === `/attributes/${index}/value` && [...(value ?? "")].length > most;
    }),
  /** A list may have any length; a user has at most 1,000 custom attributes. */
  "more attributes than a user may have": ({ pointer }, { attributes }) =>
    /^\/attributes\/\d+$/.test(pointer) && new Set(attributes.map(({ key }) => key)).size > 1_000,
} satisfies Record<string, (violation: BodyViolation, body: SyncUserIdentityRequest) => boolean>;

const LONGEST = new Map([
  ...["givenname", "familyname", "nickname"].map((key) => [key, 100] as const),
  ...["displayname", "name"].map((key) => [key, 200] as const),
  ["picture", 250],
]);

/** The reasons by which the server may refuse a valid body for these violations; undefined for one without a reason. */
export function reasonsFor(violations: readonly BodyViolation[], body: SyncUserIdentityRequest) {
  return violations.map((violation) => Object.entries(BY_DESIGN).find(([, isOne]) => isOne(violation, body))?.[0]);
}

/** RFC 6901. */
function valueAt(body: unknown, pointer: string): unknown {
  const names = pointer.split("/").slice(1);
  return names.reduce((value: unknown, name) => {
    return Object.getOwnPropertyDescriptor(Object(value), name.replaceAll("~1", "/").replaceAll("~0", "~"))?.value;
  }, body);
}

/** Not recursive: a body may be nested more deeply than the stack. */
export function hasUnstorableText(root: unknown): boolean {
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) return true;
    if (value === null || typeof value !== "object") continue;
    for (const member of Object.entries(value)) open.push(...member);
  }
  return false;
}
