import { isDeepStrictEqual } from "node:util";
import { PUBLIC_CONTRACT } from "../generate/contracts.ts";
import type { ParsedContract } from "../generate/parse.ts";
import type { Print } from "../shared/print.ts";
import { APPROVALS, readApprovals } from "./approvals.ts";
import { checkBase, contractAt, textAt } from "./base.ts";
import { fingerprint, isBreaking } from "./change.ts";
import { compareContracts } from "./compare-contracts.ts";
import { changelog, changeText, type JudgedChange, summary } from "./report.ts";
import { isAtLeast, requiredVersion } from "./version.ts";

const { file: FILE } = PUBLIC_CONTRACT;

export interface ComparisonRequest {
  root: string;
  contract: ParsedContract;
  /** A git revision. */
  against: string;
}

/**
 * `--breaking`. Returns 0 if every breaking change is approved or covered by `info.version`, 1 if one is not, and 2 if
 * an approval is invalid.
 * @throws ConfigurationError, DifferFailed
 */
export async function gate(request: ComparisonRequest, print: Print): Promise<number> {
  const { changes, problems, isSame, ...versions } = await judge(request);
  await checkBase(request.root, request.against, isSame);
  for (const text of [...changes.map(changeText), ...problems]) print(text);
  if (changes.length === 0) print(`${FILE} describes the same API as at ${request.against}.`);
  else print(summary(changes, versions));
  if (problems.length > 0) return 2;
  const open = changes.filter((change) => isBreaking(change) && change.approval === undefined);
  if (open.length === 0 || isAtLeast(versions.current, versions.required)) return 0;
  print(`Raise info.version to ${versions.required}, or add to ${APPROVALS}:`);
  for (const change of open) print(`- fingerprint: ${fingerprint(change)}\n  reason: …`);
  return 1;
}

/**
 * `--breaking --changelog`: the changes as Markdown.
 * @throws ConfigurationError, DifferFailed
 */
export async function printChangelog(request: ComparisonRequest, print: Print): Promise<number> {
  const { changes, current } = await judge(request);
  print(changes.length > 0 ? changelog(current, changes) : `No changes since ${request.against}.`);
  return 0;
}

/**
 * The breaking changes and a summary, as lines; empty if there are no changes.
 * @throws ConfigurationError, DifferFailed
 */
export async function breakingLines(request: ComparisonRequest): Promise<string[]> {
  const { changes, ...versions } = await judge(request);
  return changes.length === 0 ? [] : [...changes.filter(isBreaking).map(changeText), summary(changes, versions)];
}

/** All changes, breaking ones first, the new contract's `info.version`, and the lowest version that they require. */
async function judge({ root, contract, against }: ComparisonRequest) {
  const old = await contractAt(root, against);
  const isSame = isDeepStrictEqual(old.document, contract.document);
  const found = isSame ? [] : await compareContracts(old.document, contract.document);
  const { reasons, problems } = await readApprovals(root, found, await textAt(root, against, APPROVALS));
  const changes = found.map((change): JudgedChange => {
    const { file = FILE, line, column } = (change.isRemoved ? old : contract).locate(change.place, "key");
    const at = `${change.isRemoved ? `${against}:` : ""}${file}:${line}:${column}`;
    return { ...change, at, approval: reasons.get(fingerprint(change)), line };
  });
  changes.sort((a, b) => Number(isBreaking(b)) - Number(isBreaking(a)) || a.line - b.line);
  const required = requiredVersion(String(old.document.info?.version), found);
  return { changes, problems, isSame, against, current: String(contract.document.info?.version), required };
}
