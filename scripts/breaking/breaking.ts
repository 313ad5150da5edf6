import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ConfigurationError } from "../../server/configuration-error.ts";
import { PUBLIC_CONTRACT } from "../generate/contracts.ts";
import { type ParsedContract, parseContract } from "../generate/parse.ts";
import type { Print } from "../shared/print.ts";
import { APPROVALS, readApprovals } from "./approvals.ts";
import { fingerprint, isBreaking } from "./change.ts";
import { compareContracts } from "./compare-contracts.ts";
import { changelog, changeText, isAtLeast, type JudgedChange, requiredVersion, summary } from "./report.ts";

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
  const { changes, problems, ...versions } = await judge(request);
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
  const isSame = old.source === contract.source;
  const found = isSame ? [] : await compareContracts(old.document, contract.document);
  const { reasons, problems } = await readApprovals(root, found);
  const changes = found.map((change): JudgedChange => {
    const { line, column } = (change.isRemoved ? old : contract).locate(change.place, "key");
    const at = `${change.isRemoved ? `${against}:` : ""}${FILE}:${line}:${column}`;
    return { ...change, at, approval: reasons.get(fingerprint(change)), line };
  });
  changes.sort((a, b) => Number(isBreaking(b)) - Number(isBreaking(a)) || a.line - b.line);
  const required = requiredVersion(String(old.document.info?.version), found);
  return { changes, problems, against, current: String(contract.document.info?.version), required };
}

/** @throws ConfigurationError if the revision does not exist or has no valid contract */
async function contractAt(root: string, revision: string): Promise<ParsedContract> {
  const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: root, maxBuffer: 64 * 1_048_576 });
  // Resolved first, so that the name of a revision cannot act as an option or a path.
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`).catch(() => {
    throw new ConfigurationError(`The git revision '${revision}' was not found.`);
  });
  const { stdout } = await git("show", `${commit.stdout.trim()}:./${FILE}`).catch(() => {
    throw new ConfigurationError(`${FILE} does not exist at ${revision}.`);
  });
  const { contract, diagnostics } = parseContract(stdout);
  if (contract) return contract;
  const [problem] = diagnostics;
  throw new ConfigurationError(`${FILE} at ${revision} can't be parsed: line ${problem?.line}: ${problem?.message}`);
}
