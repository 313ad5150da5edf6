import { basename, join } from "node:path";
import { compare, isAsWritten } from "./compare.ts";
import { CONTRACT_NAMES, CONTRACTS, PUBLIC_CONTRACT } from "./contracts.ts";
import type { ParsedContract } from "./parse.ts";
import type { Rendered } from "./render.ts";
import { type Print, type ReadContract, readContracts, soundContracts } from "./sound-contract.ts";
import { createSourcesAside } from "./sources-aside.ts";
import { LOCK, withLock, writeAll } from "./write.ts";

const sourcesAside = createSourcesAside();
const IN_STEP = `generated/ is in step with ${CONTRACT_NAMES}`;
const UNCHANGED = `${IN_STEP}; nothing was written.`;
const CAUSES = {
  missing: "is missing",
  extra: "does not belong here",
  "edited by hand": "was edited by hand",
  old: "is from before",
};

/** What came of a run; `written` names the files that are new. */
export interface Outcome {
  code: number;
  written: string[];
  /** The public contract, where nothing is wrong with any. */
  contract?: ParsedContract | undefined;
}

/** One run over all contracts: parse, lint, render, and write or compare. Where one is wrong, nothing is touched. */
export async function regenerate(
  { root, isCheck }: { root: string; isCheck: boolean },
  print: Print,
): Promise<Outcome> {
  const read = await readContracts(root, CONTRACTS, print);
  if (!read) return { code: 2, written: [] };
  const contract = read.find(({ file }) => file === PUBLIC_CONTRACT.file)?.contract;
  const due = isCheck ? read : await outOfStep(root, read);
  if (due.length === 0) {
    print(UNCHANGED);
    return { code: 0, written: [], contract };
  }
  const rendered = await renderSound(due, print);
  if (!rendered) return { code: 2, written: [] };
  if (isCheck) return { code: await check(root, rendered, print), written: [] };
  return { code: 0, written: await update(root, rendered, print), contract };
}

/** The contracts whose folders are not what their manifests vouch for. */
async function outOfStep(root: string, read: ReadContract[]): Promise<ReadContract[]> {
  const isInStep = await Promise.all(
    read.map(({ output, contract }) => contract && isAsWritten(root, output, contract.document)),
  );
  return read.filter((_, index) => !isInStep[index]);
}

async function renderSound(read: ReadContract[], print: Print): Promise<Rendered[] | undefined> {
  // Begun before it is known whether the contracts are sound: where one is not, nobody asks for them.
  const sources = read.map(({ file, contract }) => contract && sourcesAside({ file, document: contract.document }));
  for (const promise of sources) promise?.catch(() => {});
  const sound = await soundContracts(read, print);
  if (!sound) return undefined;
  const { render } = await import("./render.ts");
  return Promise.all(sound.map((one, index) => render(one, sources[index] ?? Promise.resolve(new Map()))));
}

async function check(root: string, rendered: Rendered[], print: Print): Promise<number> {
  const parts = await Promise.all(rendered.map((part) => compare(root, part)));
  // A tool is the same for all.
  for (const reason of new Set(parts.flatMap(({ reasons }) => reasons))) print(reason);
  for (const { file, cause, detail } of parts.flatMap(({ differences }) => differences)) {
    print(`${file} ${CAUSES[cause]}.`);
    if (detail) print(`  ${detail.replaceAll("\n", "\n  ")}`);
  }
  const otherLineEndings = parts.flatMap((part) => part.otherLineEndings);
  if (otherLineEndings.length > 0) print(`Only line endings differ in ${otherLineEndings.join(", ")}; that is fine.`);
  const isStale = parts.some(({ differences, reasons }) => differences.length + reasons.length > 0);
  print(isStale ? "Run: npm run generate" : `${IN_STEP}.`);
  return isStale ? 1 : 0;
}

async function update(root: string, rendered: Rendered[], print: Print): Promise<string[]> {
  const { stale, extra } = await withLock(join(root, PUBLIC_CONTRACT.output), async () => {
    const parts = await Promise.all(rendered.map((part) => compare(root, part)));
    const differences = parts.flatMap((part) => part.differences);
    const texts = differences.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const]));
    const files = new Map(texts);
    await writeAll(root, files);
    return {
      stale: [...files.keys()],
      extra: differences.filter(({ file, cause }) => cause === "extra" && basename(file) !== LOCK),
    };
  });
  for (const file of stale) print(`wrote ${file}`);
  for (const { file } of extra) print(`kept ${file}: it ${CAUSES.extra}`);
  if (stale.length === 0) print(UNCHANGED);
  return stale;
}
