import { PUBLIC_CONTRACT } from "../generate/contracts.ts";
import type { ParsedContract } from "../generate/parse.ts";
import type { Print } from "../generate/sound-contract.ts";
import { APPROVALS, readApprovals } from "./approvals.ts";
import { fingerprint, isBreaking } from "./change.ts";
import { compareContracts } from "./compare-contracts.ts";
import { contractAt } from "./contract-at.ts";
import { changelog, changeText, type Judged, placeText } from "./report.ts";
import { isAtLeast, neededStep, nextVersion } from "./version-step.ts";
import type { Differ } from "./wire-changes.ts";

export interface Question {
  root: string;
  contract: ParsedContract;
  /** A git revision. */
  against: string;
  /** Default: Redocly's. */
  differ?: Differ | undefined;
}

/** How the contract differs from an older one, and what that asks of `info.version`. */
export interface Answer {
  changes: Judged[];
  /** The version it was, is, and must be at least; `least` is `was` where nothing changed. */
  version: { was: string; is: string; least: string };
  /** What is wrong with the approvals. */
  problems: string[];
}

/** @throws RevisionUnusable, DifferFailed */
export async function differences({ root, contract, against, differ }: Question): Promise<Answer> {
  const old = await contractAt(root, PUBLIC_CONTRACT.file, against);
  const found = await compareContracts(old.contract.document, contract.document, differ);
  const { reasons, problems } =
    found.length > 0 ? await readApprovals(root, found) : { reasons: new Map<string, string>(), problems: [] };
  const judged = found.map((change): Judged & { line: number } => {
    const place = (change.isGone ? old.contract : contract).locate(change.place, "key");
    const at = placeText(PUBLIC_CONTRACT.file, against, place, change.isGone);
    return { ...change, at, approval: reasons.get(fingerprint(change)), line: place.line };
  });
  const [was, is] = [old.contract, contract].map(({ document }) => String(document.info?.version));
  const step = neededStep(found);
  return {
    changes: judged.sort((a, b) => Number(isBreaking(b)) - Number(isBreaking(a)) || a.line - b.line),
    version: { was: was ?? "", is: is ?? "", least: step ? nextVersion(was ?? "", step) : (was ?? "") },
    problems,
  };
}

/**
 * The gate: 0 where nothing breaks, or all that does is approved or matched by `info.version`; 1 where something breaks;
 * 2 where an approval is wrong.
 */
export async function gate(question: Question, print: Print): Promise<number> {
  const answer = await differences(question);
  for (const change of answer.changes) print(changeText(change));
  for (const problem of answer.problems) print(problem);
  print(summary(answer, question.against));
  if (answer.problems.length > 0) return 2;
  const open = unapproved(answer);
  if (open.length === 0 || isAtLeast(answer.version.is, answer.version.least)) return 0;
  print(`Raise info.version to ${answer.version.least}, or add to ${APPROVALS}:`);
  for (const change of open) print(`- fingerprint: ${fingerprint(change)}\n  reason: …`);
  return 1;
}

/** The same as Markdown, and nothing else, to be kept. */
export async function printChangelog(question: Question, print: Print): Promise<number> {
  const { changes, version } = await differences(question);
  print(changes.length > 0 ? changelog(version.is, changes) : `Nothing has changed since ${question.against}.`);
  return 0;
}

/** After a run: what breaks, and a line for the rest. */
export async function advise(question: Question, print: Print): Promise<void> {
  const answer = await differences(question);
  if (answer.changes.length === 0) return;
  for (const change of answer.changes.filter(isBreaking)) print(changeText(change));
  print(summary(answer, question.against));
}

function unapproved({ changes }: Answer): Judged[] {
  return changes.filter((change) => isBreaking(change) && change.approval === undefined);
}

function summary({ changes, version: { was, is, least } }: Answer, against: string): string {
  if (changes.length === 0) return `openapi.yaml means what it did at ${against}.`;
  const breaking = changes.filter(isBreaking);
  const approved = breaking.filter(({ approval }) => approval !== undefined).length;
  const minor = changes.filter((change) => !isBreaking(change) && change.wire === "minor").length;
  const parts = [
    `${breaking.length} breaking${approved > 0 ? ` (${approved} approved)` : ""}`,
    `${minor} minor`,
    `${changes.length - breaking.length - minor} patch`,
  ];
  const verdict = isAtLeast(is, least) ? `${is} is enough` : `it is ${is}`;
  return `Against ${against}: ${parts.join(", ")}. ${was} becomes ${least} at least; ${verdict}.`;
}
