import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
import { type ParsedContract, parseContract } from "./parse.ts";

export type Print = (line: string) => void;

export const CONTRACT = "openapi.yaml";

/** The contract as read, or undefined and what is wrong as diagnostics; neither where there is no file. */
export interface ReadContract {
  contract?: ParsedContract | undefined;
  diagnostics: Diagnostic[];
  source: string;
}

/** Reads and parses the contract; undefined, and a line that says so, where it can't be read. */
export async function readContract(root: string, print: Print): Promise<ReadContract | undefined> {
  const source = await readFile(join(root, CONTRACT), "utf8").catch(() => undefined);
  if (source !== undefined) return { ...parseContract(source), source };
  print(`${CONTRACT} can't be read; run this where it lies.`);
  return undefined;
}

/** The contract where nothing at all is wrong with it; else undefined, and everything that is wrong is printed. */
export async function soundContract(
  root: string,
  print: Print,
  read?: ReadContract,
): Promise<ParsedContract | undefined> {
  const { contract, diagnostics, source } = read ??
    (await readContract(root, print)) ?? { diagnostics: [], source: "" };
  // Loaded only now: the linter takes longer to load than an unchanged contract takes in all.
  const found = contract ? await (await import("./lint.ts")).lint(contract) : diagnostics;
  if (found.length === 0) return contract;
  for (const diagnostic of found) print(formatDiagnostic(CONTRACT, source, diagnostic));
  print(`generated/ was not changed.  ${found.length} error${found.length === 1 ? "" : "s"}.`);
  return undefined;
}
