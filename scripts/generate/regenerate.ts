import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Print } from "../shared/print.ts";
import { type Comparison, compare } from "./compare.ts";
import { CONTRACT_NAMES, CONTRACTS, type ContractFile, PUBLIC_CONTRACT } from "./contracts.ts";
import { formatDiagnostic } from "./diagnostic.ts";
import { lint } from "./lint.ts";
import { type ParsedContract, parseContract } from "./parse.ts";
import { render } from "./render.ts";
import { withStaging, writeAll } from "./write.ts";

const UP_TO_DATE = `generated/ is up to date with ${CONTRACT_NAMES}`;

/** Result of a run. */
export interface Outcome {
  /** 0 done or up to date, 1 stale (check only), 2 a contract is invalid. */
  code: number;
  /** Files that were written. */
  written: string[];
  /** The public contract, if all contracts are valid. */
  contract?: ParsedContract | undefined;
}

/** Checks and renders all contracts, then writes (or with `isCheck` compares) `generated/`. Writes all files or none. */
export async function regenerate(
  { root, isCheck }: { root: string; isCheck: boolean },
  print: Print,
): Promise<Outcome> {
  const contracts = await renderContracts(root, CONTRACTS, print);
  if (!contracts) return { code: 2, written: [] };
  if (isCheck) return { code: reportStale(await compareAll(root, contracts), print), written: [] };
  const contract = contracts.find(({ file }) => file === PUBLIC_CONTRACT.file)?.contract;
  return { code: 0, written: await update(root, contracts, print), contract };
}

export interface RenderedContract extends ContractFile {
  contract: ParsedContract;
  files: ReadonlyMap<string, string>;
}

/** The last valid version of each contract: a watch renders a contract again only after it has changed. */
const LAST = new Map<string, RenderedContract>();

/** Reads, lints and renders contracts. Prints all problems; returns undefined if there are any. */
export async function renderContracts(
  root: string,
  contracts: readonly ContractFile[],
  print: Print,
): Promise<RenderedContract[] | undefined> {
  const sources = await Promise.all(contracts.map(({ file }) => readFile(join(root, file), "utf8").catch(() => {})));
  const missing = contracts.filter((_, index) => sources[index] === undefined);
  for (const { file } of missing) print(`${file} can't be read. Run this command in the project's root folder.`);
  if (missing.length > 0) return undefined;
  const results = [];
  for (const [index, where] of contracts.entries()) results.push(await renderOne(where, sources[index] ?? "", print));
  const errors = results.reduce<number>((sum, result) => sum + (typeof result === "number" ? result : 0), 0);
  if (errors > 0) print(`generated/ was not changed.  ${errors} error${errors === 1 ? "" : "s"}.`);
  return errors > 0 ? undefined : results.filter((result) => typeof result !== "number");
}

/** The rendered contract, or the number of problems printed. */
async function renderOne(where: ContractFile, source: string, print: Print): Promise<RenderedContract | number> {
  const last = LAST.get(where.file);
  if (last?.contract.source === source) return last;
  const { contract, diagnostics } = parseContract(source);
  const problems = contract ? await lint(contract) : diagnostics;
  for (const problem of problems) print(formatDiagnostic(where.file, source, problem));
  if (!contract || problems.length > 0) return problems.length;
  const rendered = { ...where, contract, files: await render(where.file, contract.document) };
  LAST.set(where.file, rendered);
  return rendered;
}

function compareAll(root: string, contracts: RenderedContract[]): Promise<Comparison[]> {
  return Promise.all(contracts.map((contract) => compare(root, contract, contract.files)));
}

function reportStale(comparisons: Comparison[], print: Print): number {
  // A changed tool is a reason in every folder, but is printed once.
  for (const reason of new Set(comparisons.flatMap(({ reasons }) => reasons))) print(reason);
  for (const { file, cause, detail } of comparisons.flatMap(({ differences }) => differences)) {
    print(`${file} ${cause}.`);
    if (detail) print(`  ${detail.replaceAll("\n", "\n  ")}`);
  }
  const otherLineEndings = comparisons.flatMap((comparison) => comparison.otherLineEndings);
  if (otherLineEndings.length > 0) print(`Ignored: only line endings differ in ${otherLineEndings.join(", ")}.`);
  const isStale = comparisons.some(({ differences }) => differences.length > 0);
  print(isStale ? "Run: npm run generate" : `${UP_TO_DATE}.`);
  return isStale ? 1 : 0;
}

async function update(root: string, contracts: RenderedContract[], print: Print): Promise<string[]> {
  const differences = await withStaging(join(root, PUBLIC_CONTRACT.output), async (staging) => {
    const found = (await compareAll(root, contracts)).flatMap((comparison) => comparison.differences);
    const stale = found.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const]));
    await writeAll({ root, staging }, new Map(stale));
    return found;
  });
  const written = differences.filter(({ text }) => text !== undefined).map(({ file }) => file);
  for (const file of written) print(`wrote ${file}`);
  for (const { file, text, cause } of differences) if (text === undefined) print(`kept ${file}: it ${cause}`);
  if (written.length === 0) print(`${UP_TO_DATE}; nothing was written.`);
  return written;
}
