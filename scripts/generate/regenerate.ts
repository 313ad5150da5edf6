import { dirname, join, resolve } from "node:path";
import type { Ajv2020 } from "ajv/dist/2020.js";
import type { Print } from "../shared/print.ts";
import { compare, type Difference } from "./compare.ts";
import { type ContractFile, namesOf, namingFile } from "./contracts.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
import { lint } from "./lint/lint.ts";
import type { ParsedContract } from "./parse.ts";
import { proveRendered } from "./proof/prove-rendered.ts";
import { readContract } from "./read/read-contract.ts";
import { render } from "./render.ts";
import { withStaging, writeAll } from "./write.ts";

/** The contracts of a run; the output folder of the first one contains those of the others. */
export interface Project {
  root: string;
  contracts: readonly ContractFile[];
  /** Called with the absolute paths of the other files to which a contract refers, before they are checked. */
  onRead?: (contract: string, files: string[]) => void;
}

export interface Outcome {
  /** Files that were written. */
  written: string[];
  /** The first contract. */
  contract: ParsedContract | undefined;
}

/** Checks and renders all contracts, then writes the files that differ. Undefined if a contract is invalid. */
export async function regenerate(project: Project, print: Print): Promise<Outcome | undefined> {
  const { root, contracts } = project;
  const rendered = await renderContracts(project, print);
  if (!rendered) return undefined;
  const written = await withStaging(resolve(root, outputOf(project)), async (staging) => {
    const { differences, changed } = await compareAll(root, rendered);
    for (const contract of changed) await prove(contract, print);
    const stale = differences.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const]));
    await writeAll({ root, staging }, new Map(stale));
    for (const [file] of stale) print(`wrote ${file}`);
    for (const { file, text, cause } of differences) if (text === undefined) print(`kept ${file}: it ${cause}`);
    return stale.map(([file]) => file);
  });
  if (written.length === 0) {
    print(`${outputOf(project)}/ is up to date with ${namesOf(contracts)}; nothing was written.`);
  }
  return { written, contract: rendered[0]?.contract };
}

/** Compares the output folders with what would be generated. Returns 0 up to date, 1 stale, 2 a contract is invalid. */
export async function check(project: Project, print: Print): Promise<number> {
  const rendered = await renderContracts(project, print);
  if (!rendered) return 2;
  const { differences, otherLineEndings, reasons } = await compareAll(project.root, rendered);
  for (const reason of reasons) print(reason);
  if (otherLineEndings.length > 0) print(`Ignored: only line endings differ in ${otherLineEndings.join(", ")}.`);
  for (const { file, cause, detail } of differences) print(`${file} ${cause}.${detail ?? ""}`);
  const isStale = differences.length > 0;
  print(isStale ? "Run: npm run generate" : `${outputOf(project)}/ is up to date with ${namesOf(project.contracts)}.`);
  return isStale ? 1 : 0;
}

function outputOf({ contracts: [first] }: Project): string {
  return first?.output ?? ".";
}

export interface RenderedContract extends ContractFile {
  contract: ParsedContract;
  files: ReadonlyMap<string, string>;
  /** The schemas, as the linter has compiled them. */
  ajv: Ajv2020;
}

/** The last valid version of each contract: a watch renders a contract again only after it has changed. */
const LAST = new Map<string, { texts: string; rendered: RenderedContract }>();

/**
 * Reads, lints and renders contracts. Prints all problems; returns undefined if there are any.
 * @throws ConfigurationError if a contract can't be read
 */
export async function renderContracts(project: Project, print: Print): Promise<RenderedContract[] | undefined> {
  const results = [];
  for (const where of project.contracts) results.push(await renderOne(project, where, print));
  const errors = results.reduce<number>((sum, result) => sum + (typeof result === "number" ? result : 0), 0);
  if (errors === 0) return results.filter((result) => typeof result !== "number");
  print(`${outputOf(project)}/ was not changed.  ${errors} error${errors === 1 ? "" : "s"}.`);
  return undefined;
}

/** The rendered contract, or the number of problems printed. */
async function renderOne(
  { root, onRead }: Project,
  where: ContractFile,
  print: Print,
): Promise<RenderedContract | number> {
  const path = resolve(root, where.file);
  const { contract, diagnostics, source, sources } = await readContract(root, where.file);
  onRead?.(
    where.file,
    Array.from(sources.keys(), (name) => join(dirname(path), name)),
  );
  const texts = JSON.stringify([source, ...sources]);
  const last = LAST.get(where.file);
  if (last?.texts === texts) return last.rendered;
  const result: Rendering = contract ? await lintAndRender(where.file, contract) : { problems: diagnostics };
  for (const problem of result.problems) print(problemText(where.file, { source, sources }, problem));
  if (!contract || !result.files || !result.ajv) return result.problems.length;
  const rendered = { ...where, contract, files: result.files, ajv: result.ajv };
  LAST.set(where.file, { texts, rendered });
  return rendered;
}

interface Rendering extends Partial<Pick<RenderedContract, "files" | "ajv">> {
  problems: Diagnostic[];
}

function lintAndRender(file: string, contract: ParsedContract): Promise<Rendering> {
  return namingFile(file, async () => {
    const { problems, ajv } = await lint(contract);
    if (problems.length > 0) return { problems };
    return { problems, files: await render(file, contract.document, ajv), ajv };
  });
}

/** Proves what is written next, and prints a note for each operation that can't be proven. */
async function prove({ file, files, ajv }: RenderedContract, print: Print): Promise<void> {
  for (const id of await namingFile(file, () => proveRendered(files, ajv))) {
    const reason = `no valid request of ${id} could be made from its schemas, so its validation is not proven`;
    print(`note: ${file}: ${reason}. Add examples.`);
  }
}

type Sources = Pick<Awaited<ReturnType<typeof readContract>>, "source" | "sources">;

function problemText(contract: string, { source, sources }: Sources, problem: Diagnostic): string {
  if (problem.file === undefined) return formatDiagnostic(contract, source, problem);
  return formatDiagnostic(join(dirname(contract), problem.file), sources.get(problem.file) ?? "", problem);
}

/** The differences of all output folders, the contracts whose files differ, and the reasons of out-of-date files, each once. */
async function compareAll(root: string, contracts: RenderedContract[]) {
  const all = await Promise.all(contracts.map((contract) => compare(root, contract)));
  const differences: Difference[] = all.flatMap((comparison) => comparison.differences);
  const isStale = (_: unknown, index: number) => all[index]?.differences.some(({ text }) => text !== undefined);
  const otherLineEndings = all.flatMap((comparison) => comparison.otherLineEndings);
  const changed = contracts.filter(isStale);
  return { differences, changed, otherLineEndings, reasons: new Set(all.flatMap(({ reasons }) => reasons)) };
}
