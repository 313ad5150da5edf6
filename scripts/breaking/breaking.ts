import { PUBLIC_CONTRACT } from "../generate/contracts.ts";
import type { ParsedContract } from "../generate/parse.ts";
import type { Print } from "../shared/print.ts";
import { APPROVALS, readApprovals } from "./approvals.ts";
import { fingerprint, isBreaking } from "./change.ts";
import { compareContracts } from "./compare-contracts.ts";
import { contractAt } from "./contract-at.ts";
import { changelog, changeText, counts, isAtLeast, type JudgedChange, requiredVersion } from "./report.ts";
import type { Differ } from "./wire-changes.ts";

export interface ComparisonRequest {
  root: string;
  contract: ParsedContract;
  /** A git revision. */
  against: string;
  /** Default: Redocly's. */
  differ?: Differ | undefined;
}

interface Judgement {
  changes: JudgedChange[];
  /** `info.version` of the new contract, and the least one the changes require. */
  version: { current: string; required: string };
  /** Invalid approvals, as text. */
  problems: string[];
}

/** @throws RevisionUnusable, DifferFailed */
async function judge({ root, contract, against, differ }: ComparisonRequest): Promise<Judgement> {
  const old = await contractAt(root, PUBLIC_CONTRACT.file, against);
  const found = await compareContracts(old.contract.document, contract.document, differ);
  const { reasons, problems } = await readApprovals(root, found);
  const judged = found.map((change) => {
    const { line, column } = (change.isRemoved ? old.contract : contract).locate(change.place, "key");
    const at = `${change.isRemoved ? `${against}:` : ""}${PUBLIC_CONTRACT.file}:${line}:${column}`;
    return { ...change, at, approval: reasons.get(fingerprint(change)), line };
  });
  const versionOf = ({ document }: ParsedContract) => String(document.info?.version);
  return {
    changes: judged.sort((a, b) => Number(isBreaking(b)) - Number(isBreaking(a)) || a.line - b.line),
    version: { current: versionOf(contract), required: requiredVersion(versionOf(old.contract), found) },
    problems,
  };
}

/**
 * `--breaking`. Returns 0 if nothing breaks, or every breaking change is approved or covered by `info.version`; 1 if one is
 * not; 2 if an approval is invalid.
 * @throws RevisionUnusable, DifferFailed
 */
export async function gate(request: ComparisonRequest, print: Print): Promise<number> {
  const judgement = await judge(request);
  const { changes, version, problems } = judgement;
  for (const change of changes) print(changeText(change));
  for (const problem of problems) print(problem);
  print(summary(judgement, request.against));
  if (problems.length > 0) return 2;
  const open = changes.filter((change) => isBreaking(change) && change.approval === undefined);
  if (open.length === 0 || isAtLeast(version.current, version.required)) return 0;
  print(`Raise info.version to ${version.required}, or add to ${APPROVALS}:`);
  for (const change of open) print(`- fingerprint: ${fingerprint(change)}\n  reason: …`);
  return 1;
}

/**
 * `--breaking --changelog`: the changes as Markdown.
 * @throws RevisionUnusable, DifferFailed
 */
export async function printChangelog(request: ComparisonRequest, print: Print): Promise<number> {
  const { changes, version } = await judge(request);
  print(changes.length > 0 ? changelog(version.current, changes) : `No changes since ${request.against}.`);
  return 0;
}

/**
 * The breaking changes and a summary; nothing if there are no changes.
 * @throws RevisionUnusable, DifferFailed
 */
export async function printChanges(request: ComparisonRequest, print: Print): Promise<void> {
  const judgement = await judge(request);
  if (judgement.changes.length === 0) return;
  for (const change of judgement.changes.filter(isBreaking)) print(changeText(change));
  print(summary(judgement, request.against));
}

function summary({ changes, version: { current, required } }: Judgement, against: string): string {
  if (changes.length === 0) return `${PUBLIC_CONTRACT.file} describes the same API as at ${against}.`;
  return `Compared with ${against}: ${counts(changes)}. info.version must be at least ${required}; it is ${current}.`;
}
