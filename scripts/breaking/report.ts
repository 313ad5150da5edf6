import { type Change, fingerprint, type Impact, isBreaking, pointerText } from "./change.ts";

export interface JudgedChange extends Change {
  /** File, line and column: `openapi.yaml:785:17`; prefixed with the revision if the part was removed. */
  at: string;
  /** Reason of the approval. */
  approval?: string | undefined;
}

/** A breaking change in full, any other in one line. */
export function changeText(change: JudgedChange): string {
  const { at, rule, message, operation, subject, approval } = change;
  if (!isBreaking(change)) return `${at}  ${change.wire}  ${message}`;
  return [
    `${at}  breaking  ${rule}`,
    `  ${message}`,
    `  ${verdicts(change)}`,
    `  ${operation ? `${operation}  ` : ""}${pointerText(subject)}`,
    `  ${approval === undefined ? `fingerprint: ${fingerprint(change)}` : `approved: ${approval}`}`,
  ].join("\n");
}

/** The changes as a Markdown section of a changelog. */
export function changelog(version: string, changes: readonly JudgedChange[]): string {
  const [breaking, minor, patch] = grouped(changes);
  const sections = [
    ["Breaking", breaking],
    ["Added", minor],
    ["Changed", patch],
  ] as const;
  const parts = sections.filter(([, found]) => found.length > 0);
  return [`## ${version}`, ...parts.map(([title, found]) => `### ${title}\n\n${found.map(itemOf).join("\n")}`)].join(
    "\n\n",
  );
}

function itemOf(change: JudgedChange): string {
  const { operation, message, subject, approval } = change;
  const judgement = isBreaking(change) ? ` (${verdicts(change)})` : "";
  const place = `\`${operation ? `${operation}\` \`` : ""}${pointerText(subject)}\``;
  return `- ${message} ${place}${judgement}${approval === undefined ? "" : ` Approved: ${approval}`}`;
}

function verdicts({ wire, breaksSource }: Change): string {
  return `wire: ${wire}, source: ${breaksSource ? "breaks" : "compiles"}`;
}

/** Numbers of changes, for the summary: `1 breaking (1 approved), 0 minor, 2 patch`. */
export function counts(changes: readonly JudgedChange[]): string {
  const [breaking, minor, patch] = grouped(changes);
  const approved = breaking.filter(({ approval }) => approval !== undefined).length;
  const approvals = approved > 0 ? ` (${approved} approved)` : "";
  return `${breaking.length} breaking${approvals}, ${minor.length} minor, ${patch.length} patch`;
}

function grouped(changes: readonly JudgedChange[]) {
  const others = changes.filter((change) => !isBreaking(change));
  const minor = others.filter(({ wire }) => wire === "minor");
  return [changes.filter(isBreaking), minor, others.filter(({ wire }) => wire !== "minor")] as const;
}

/** The least version after `from` that the changes require (SemVer 2.0.0, items 6 to 8); `from` if there is none. */
export function requiredVersion(from: string, changes: readonly Change[]): string {
  const [major, minor, patch] = numbersOf(from);
  const impacts: Impact[] = changes.map((change) => (isBreaking(change) ? "major" : change.wire));
  if (impacts.includes("major")) return `${major + 1}.0.0`;
  if (impacts.includes("minor")) return `${major}.${minor + 1}.0`;
  return impacts.length > 0 ? `${major}.${minor}.${patch + 1}` : from;
}

export function isAtLeast(version: string, least: string): boolean {
  const [actual, required] = [numbersOf(version), numbersOf(least)];
  const at = actual.findIndex((number, index) => number !== required[index]);
  return at < 0 || (actual[at] ?? 0) > (required[at] ?? 0);
}

function numbersOf(version: string): [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split(/[-+]/)[0]?.split(".").map(Number) ?? [];
  return [major || 0, minor || 0, patch || 0];
}
