import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContractFile } from "./contracts.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
import { type ParsedContract, parseContract } from "./parse.ts";

export type Print = (line: string) => void;

/** A contract as read, or undefined and what is wrong as diagnostics. */
export interface ReadContract extends ContractFile {
  contract?: ParsedContract | undefined;
  diagnostics: Diagnostic[];
  source: string;
}

export interface SoundContract extends ContractFile {
  contract: ParsedContract;
}

/** Reads and parses contracts; undefined, and a line for each that can't be read, where one can't. */
export async function readContracts(
  root: string,
  files: readonly ContractFile[],
  print: Print,
): Promise<ReadContract[] | undefined> {
  const read = await Promise.all(
    files.map(async (where) => {
      const source = await readFile(join(root, where.file), "utf8").catch(() => undefined);
      if (source !== undefined) return { ...where, ...parseContract(source), source };
      print(`${where.file} can't be read; run this where it lies.`);
      return undefined;
    }),
  );
  const readable = read.filter((one) => one !== undefined);
  return readable.length === files.length ? readable : undefined;
}

/** The contracts where nothing at all is wrong with any; else undefined, and everything that is wrong is printed. */
export async function soundContracts(read: ReadContract[], print: Print): Promise<SoundContract[] | undefined> {
  const sound: SoundContract[] = [];
  let errors = 0;
  for (const { file, output, contract, diagnostics, source } of read) {
    // Loaded only now: the linter takes longer to load than unchanged contracts take in all.
    const found = contract ? await (await import("./lint.ts")).lint(contract) : diagnostics;
    for (const diagnostic of found) print(formatDiagnostic(file, source, diagnostic));
    errors += found.length;
    if (contract) sound.push({ file, output, contract });
  }
  if (errors === 0) return sound;
  print(`generated/ was not changed.  ${errors} error${errors === 1 ? "" : "s"}.`);
  return undefined;
}
