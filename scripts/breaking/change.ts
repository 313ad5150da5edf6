import { createHash } from "node:crypto";
import { pointerSegment } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";

/** The version step a change requires (SemVer): `major` breaks callers. */
export type Impact = "major" | "minor" | "patch";

/** Callers write requests and read responses: old requests must match the new type, and new responses the old type. */
export type Flow = "request" | "response";

export interface Change {
  /** Stable id of the rule. */
  rule: string;
  message: string;
  /** Method and path; undefined for a change outside a single operation. */
  operation?: string | undefined;
  /** Pointer of the changed part: in the old contract, or in the new one if the part was added. */
  subject: Pointer;
  /** Pointer of the reported position: in the new contract, or in the old one if `isRemoved`. */
  place: Pointer;
  isRemoved: boolean;
  /** Effect on requests and responses on the wire. */
  wire: Impact;
  /** Whether TypeScript that compiled with the old types fails to compile with the new ones. */
  breaksSource: boolean;
  from?: unknown;
  to?: unknown;
}

/** A change as the differ reports it; its source verdict is added later. */
export interface WireChange extends Change {
  /** Pointer of a use of the changed part, if possible by an operation; in the same contract as `place`. */
  use: Pointer;
  /** The changed keyword, or `key` for a renamed part; undefined if the whole part was added or removed. */
  keyword: string | undefined;
  /** Whether `subject` is a pointer into the new contract. */
  isAdded: boolean;
}

export function isBreaking(change: Change): boolean {
  return impactOf(change) === "major";
}

/** The more severe of the two verdicts. */
export function impactOf({ wire, breaksSource }: Change): Impact {
  return breaksSource ? "major" : wire;
}

/** Identifies a change in approvals. Moving lines does not affect it; any difference in the change itself does. */
export function fingerprint({ rule, operation, subject, from, to }: Change): string {
  const text = JSON.stringify([rule, operation ?? null, subject, from ?? null, to ?? null]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** RFC 6901 pointer as a URI fragment: `#/paths/~1v1`. */
export function pointerText(pointer: Pointer): string {
  return ["#", ...pointer.map(pointerSegment)].join("/");
}
