import { isUtf8 } from "node:buffer";
import type { BodyViolation, SyncUserIdentityRequest } from "../../../../generated/types.ts";
import { SyncUserIdentityRequest as isValid } from "../../../../generated/validators.js";

/** Bytes; the default of the server. */
const BODY_LIMIT = 262_144;

/** The expected status of a body, found without the server, or the parsed body if it is valid by the contract. */
export function secondOpinion(sent: string | Uint8Array): { status: 400 | 413 } | { body: SyncUserIdentityRequest } {
  const bytes = Buffer.from(sent);
  if (bytes.length > BODY_LIMIT) return { status: 413 };
  const body = isUtf8(bytes) ? parsed(bytes.toString().replace(/^\ufeff/, "")) : undefined;
  return isValid(body) ? { body } : { status: 400 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MAX_LENGTHS: Readonly<Record<string, number>> = {
  ...{ givenname: 100, familyname: 100, nickname: 100, displayname: 200, name: 200, picture: 250 },
};

/** Server rules that the schema of the body does not have. Each predicate recognizes violations of its rule. */
export const SERVER_RULES = {
  "text that can't be stored": ({ pointer }, body) => hasUnstorableText(valueAt(body, pointer)),
  "a profile value that is too long": ({ pointer }, { attributes }) =>
    attributes.some(({ key, value }, index) => {
      const name = key.toLowerCase().replace("_", "");
      const max = Object.hasOwn(MAX_LENGTHS, name) ? MAX_LENGTHS[name] : undefined;
      return pointer === `/attributes/${index}/value` && max !== undefined && [...(value ?? "")].length > max;
    }),
} satisfies Record<string, (violation: BodyViolation, body: SyncUserIdentityRequest) => boolean>;

/** The server rule of each violation in a body that matches the schema; undefined if there is no such rule. */
export function rulesOf(violations: readonly BodyViolation[], body: SyncUserIdentityRequest) {
  return violations.map(
    (violation) => Object.entries(SERVER_RULES).find(([, reports]) => reports(violation, body))?.[0],
  );
}

/** RFC 6901. */
function valueAt(body: unknown, pointer: string): unknown {
  const names = pointer.split("/").slice(1);
  return names.reduce((value: unknown, name) => {
    return Object.getOwnPropertyDescriptor(Object(value), name.replaceAll("~1", "/").replaceAll("~0", "~"))?.value;
  }, body);
}

/** Whether a text in the value contains U+0000 or a lone surrogate. Not recursive: a body may be nested deeper than the stack. */
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
