import { type Change, fingerprint, type Impact, impactOf, isBreaking, pointerText } from "./change.ts";

export interface JudgedChange extends Change {
  /** File, line and column: `openapi.yaml:785:17`; prefixed with the revision if the part was removed. */
  at: string;
  line: number;
  /** Reason of the approval. */
  approval: string | undefined;
}

/** A breaking change in several lines, any other in one line. */
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

/** Headings of a changelog, in their order. */
const TITLES: [impact: Impact, title: string][] = [
  ["major", "Breaking"],
  ["minor", "Added"],
  ["patch", "Changed"],
];

/** The changes as a Markdown section of a changelog. */
export function changelog(version: string, changes: readonly JudgedChange[]): string {
  const groups = Object.groupBy(changes, impactOf);
  const parts = TITLES.flatMap(([impact, title]) => {
    const items = groups[impact]?.map(itemOf).join("\n");
    return items === undefined ? [] : [`### ${title}\n\n${items}`];
  });
  return [`## ${version}`, ...parts].join("\n\n");
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

type Versions = Record<"against" | "current" | "required", string>;

/** The numbers of changes, and the version that they require. */
export function summary(changes: readonly JudgedChange[], { against, current, required }: Versions): string {
  const { major = [], minor = [], patch = [] } = Object.groupBy(changes, impactOf);
  const approved = major.filter(({ approval }) => approval !== undefined).length;
  const approvals = approved > 0 ? ` (${approved} approved)` : "";
  const counts = `${major.length} breaking${approvals}, ${minor.length} minor, ${patch.length} patch`;
  return `Compared with ${against}: ${counts}. info.version must be at least ${required}; it is ${current}.`;
}
