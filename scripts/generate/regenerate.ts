import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../../server/configuration-error.ts";
import type { Print } from "../shared/print.ts";
import { compare, type Difference } from "./compare.ts";
import { CONTRACT_NAMES, CONTRACTS, type ContractFile, PUBLIC_CONTRACT } from "./contracts.ts";
import { formatDiagnostic } from "./diagnostic.ts";
import { lint } from "./lint.ts";
import { type ParsedContract, parseContract } from "./parse.ts";
import { render } from "./render.ts";
import { withStaging, writeAll } from "./write.ts";

const UP_TO_DATE = `generated/ is up to date with ${CONTRACT_NAMES}`;

export interface Outcome {
  /** Files that were written. */
  written: string[];
  /** The public contract. */
  contract: ParsedContract | undefined;
}

/** Checks and renders all contracts, then writes the files of `generated/` that differ. Undefined if a contract is invalid. */
export async function regenerate(root: string, print: Print): Promise<Outcome | undefined> {
  const contracts = await renderContracts(root, CONTRACTS, print);
  if (!contracts) return undefined;
  const written = await withStaging(join(root, PUBLIC_CONTRACT.output), async (staging) => {
    const { differences } = await compareAll(root, contracts);
    const stale = differences.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const]));
    await writeAll({ root, staging }, new Map(stale));
    for (const [file] of stale) print(`wrote ${file}`);
    for (const { file, text, cause } of differences) if (text === undefined) print(`kept ${file}: it ${cause}`);
    return stale.map(([file]) => file);
  });
  if (written.length === 0) print(`${UP_TO_DATE}; nothing was written.`);
  return { written, contract: contracts[0]?.contract };
}

/** Compares `generated/` with what would be generated. Returns 0 up to date, 1 stale, 2 a contract is invalid. */
export async function check(root: string, print: Print): Promise<number> {
  const contracts = await renderContracts(root, CONTRACTS, print);
  if (!contracts) return 2;
  const { differences, otherLineEndings, reasons } = await compareAll(root, contracts);
  for (const reason of reasons) print(reason);
  if (otherLineEndings.length > 0) print(`Ignored: only line endings differ in ${otherLineEndings.join(", ")}.`);
  for (const { file, cause, detail } of differences) print(`${file} ${cause}.${detail ?? ""}`);
  const isStale = differences.length > 0;
  print(isStale ? "Run: npm run generate" : `${UP_TO_DATE}.`);
  return isStale ? 1 : 0;
}

export interface RenderedContract extends ContractFile {
  contract: ParsedContract;
  files: ReadonlyMap<string, string>;
}

/** The last valid version of each contract: a watch renders a contract again only after it has changed. */
const LAST = new Map<string, RenderedContract>();

/**
 * Reads, lints and renders contracts. Prints all problems; returns undefined if there are any.
 * @throws ConfigurationError if a contract can't be read
 */
export async function renderContracts(
  root: string,
  contracts: readonly ContractFile[],
  print: Print,
): Promise<RenderedContract[] | undefined> {
  const results = [];
  for (const where of contracts) results.push(await renderOne(root, where, print));
  const errors = results.reduce<number>((sum, result) => sum + (typeof result === "number" ? result : 0), 0);
  if (errors === 0) return results.filter((result) => typeof result !== "number");
  print(`generated/ was not changed.  ${errors} error${errors === 1 ? "" : "s"}.`);
  return undefined;
}

/** The rendered contract, or the number of problems printed. */
async function renderOne(root: string, where: ContractFile, print: Print): Promise<RenderedContract | number> {
  const source = await readFile(join(root, where.file), "utf8").catch(() => {
    throw new ConfigurationError(`${where.file} can't be read. Run this command in the project's root folder.`);
  });
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

/** The differences of all output folders, and the reasons of out-of-date files, each once. */
async function compareAll(root: string, contracts: RenderedContract[]) {
  const all = await Promise.all(contracts.map((contract) => compare(root, contract)));
  const differences: Difference[] = all.flatMap((comparison) => comparison.differences);
  const otherLineEndings = all.flatMap((comparison) => comparison.otherLineEndings);
  return { differences, otherLineEndings, reasons: new Set(all.flatMap(({ reasons }) => reasons)) };
}
