import type { Differ } from "../breaking/wire-changes.ts";
import { PUBLIC_CONTRACT } from "./contracts.ts";
import type { ParsedContract } from "./parse.ts";
import type { Print } from "./sound-contract.ts";

export interface Aftermath {
  root: string;
  /** The public one. */
  contract?: ParsedContract | undefined;
  /** Files that are new. */
  written: string[];
  differ?: Differ | undefined;
}

const AGAINST = "HEAD";

/** What is told once `generated/` is in step: handwritten lines that no longer fit, and what breaks for callers. */
export async function tellAftermath({ root, contract, written, differ }: Aftermath, print: Print): Promise<void> {
  const advice: string[] = [];
  const [misfits] = await Promise.all([
    written.length > 0 ? misfitLines(root) : [],
    contract && advise({ root, contract, differ }, (line) => advice.push(line)),
  ]);
  for (const line of [...misfits, ...advice]) print(line);
}

async function misfitLines(root: string): Promise<string[]> {
  const { typeErrors } = await import("./type-check.ts");
  const errors = await typeErrors(root);
  if (errors.length === 0) return ["Everything handwritten fits."];
  const count = `${errors.length} handwritten line${errors.length === 1 ? " no longer fits" : "s no longer fit"}:`;
  return [count, ...errors.map((error) => `  ${error}`)];
}

/** Advice only: whatever keeps it from being given is told, and fails nothing. */
async function advise({ root, contract, differ }: Omit<Aftermath, "written">, print: Print): Promise<void> {
  const { contractAt } = await import("../breaking/contract-at.ts");
  try {
    const old = await contractAt(root, PUBLIC_CONTRACT.file, AGAINST);
    if (!contract || old.source === contract.source) return;
    const breaking = await import("../breaking/breaking.ts");
    await breaking.advise({ root, contract, against: AGAINST, differ }, print);
  } catch (error) {
    print(`Not compared with ${AGAINST}: ${(error as Error).message}`);
  }
}
