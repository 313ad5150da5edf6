import { createHash } from "node:crypto";
import type { Pointer } from "../generate/parse.ts";

/** What a change asks of the version (semver): `major` breaks callers. */
export type Impact = "major" | "minor" | "patch";

export interface Change {
  /** A stable id of the rule that judged it. */
  rule: string;
  message: string;
  /** Method and path; absent for what belongs to no single operation. */
  operation?: string | undefined;
  /** What changed: where it stood in the old contract, or stands in the new one where it is new. */
  subject: Pointer;
  /** Where to look: in the new contract, or in the old one where it is gone. */
  place: Pointer;
  isGone: boolean;
  /** What it means for bytes that are sent and received. */
  wire: Impact;
  /** Whether TypeScript that compiled against the old types no longer does. */
  breaksSource: boolean;
  from?: unknown;
  to?: unknown;
}

export function isBreaking({ wire, breaksSource }: Change): boolean {
  return wire === "major" || breaksSource;
}

/** Names a change in approvals: the same wherever its lines move, another as soon as it changes something else. */
export function fingerprint({ rule, operation, subject, from, to }: Change): string {
  const text = JSON.stringify([rule, operation ?? null, subject, from ?? null, to ?? null]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** RFC 6901 pointer with its leading `#`. */
export function pointerText(pointer: Pointer): string {
  return ["#", ...pointer.map((segment) => String(segment).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}
