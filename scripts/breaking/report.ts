import type { Place } from "../generate/diagnostic.ts";
import { type Change, fingerprint, isBreaking, pointerText } from "./change.ts";

export interface Judged extends Change {
  /** File, line and column: `openapi.yaml:785:17`, or with the revision in front where it is gone. */
  at: string;
  /** Why it may break all the same. */
  approval?: string | undefined;
}

/** Where a change is found, for people and for editors. */
export function placeText(file: string, revision: string, { line, column }: Place, isGone: boolean): string {
  return `${isGone ? `${revision}:` : ""}${file}:${line}:${column}`;
}

/** A breaking change in full, any other in a line. */
export function changeText(change: Judged): string {
  const { at, rule, message, operation, subject, approval } = change;
  if (!isBreaking(change)) return `${at}  ${change.wire}  ${message}`;
  return [
    `${at}  breaking  ${rule}`,
    `  ${message}`,
    `  wire: ${change.wire}, source: ${change.breaksSource ? "breaks" : "compiles"}`,
    `  ${operation ? `${operation}  ` : ""}${pointerText(subject)}`,
    `  ${approval === undefined ? `fingerprint: ${fingerprint(change)}` : `approved: ${approval}`}`,
  ].join("\n");
}

/** The same for a changelog. */
export function changelog(version: string, changes: readonly Judged[]): string {
  const sections = [
    ["Breaking", changes.filter(isBreaking)],
    ["Added", changes.filter((change) => !isBreaking(change) && change.wire === "minor")],
    ["Changed", changes.filter((change) => !isBreaking(change) && change.wire === "patch")],
  ] as const;
  const parts = sections.filter(([, found]) => found.length > 0);
  return [`## ${version}`, ...parts.map(([title, found]) => `### ${title}\n\n${found.map(itemOf).join("\n")}`)].join(
    "\n\n",
  );
}

function itemOf(change: Judged): string {
  const { operation, message, subject, approval } = change;
  const verdicts = isBreaking(change)
    ? ` (wire: ${change.wire}, source: ${change.breaksSource ? "breaks" : "compiles"})`
    : "";
  const home = `\`${operation ? `${operation}\` \`` : ""}${pointerText(subject)}\``;
  return `- ${message} ${home}${verdicts}${approval === undefined ? "" : ` Approved: ${approval}`}`;
}
