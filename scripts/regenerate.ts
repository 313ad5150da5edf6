import { join } from "node:path";
import { compare, isAsWritten } from "./compare.ts";
import type { ParsedContract } from "./parse.ts";
import { type Print, readContract, soundContract } from "./sound-contract.ts";
import { createSourcesAside } from "./sources-aside.ts";
import { LOCK, withLock, writeAll } from "./write.ts";

const sourcesAside = createSourcesAside();
const UNCHANGED = "generated/ is in step with openapi.yaml; nothing was written.";
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
  /** The contract, where nothing is wrong with it. */
  contract?: ParsedContract;
}

/** One run: parse, lint, render, and write or compare. */
export async function regenerate(
  { root, isCheck }: { root: string; isCheck: boolean },
  print: Print,
): Promise<Outcome> {
  const read = await readContract(root, print);
  const folder = join(root, "generated");
  if (read?.contract && !isCheck && (await isAsWritten(folder, read.contract.document))) {
    print(UNCHANGED);
    return { code: 0, written: [], contract: read.contract };
  }
  // Begun before it is known whether the contract is sound: where it is not, nobody asks for them.
  const sources = read?.contract && sourcesAside(read.contract.document);
  sources?.catch(() => {});
  const contract = read && (await soundContract(root, print, read));
  if (!contract || !sources) return { code: 2, written: [] };
  const { render } = await import("./render.ts");
  const rendered = await render(contract.document, sources);
  if (isCheck) return { code: await check(folder, rendered, print), written: [] };
  return { code: 0, written: await update(folder, rendered, print), contract };
}

async function check(folder: string, rendered: ReadonlyMap<string, string>, print: Print): Promise<number> {
  const { differences, reasons, otherLineEndings } = await compare(folder, rendered);
  for (const reason of reasons) print(reason);
  for (const { file, cause, detail } of differences) {
    print(`generated/${file} ${CAUSES[cause]}.`);
    if (detail) print(`  ${detail.replaceAll("\n", "\n  ")}`);
  }
  if (otherLineEndings.length > 0) print(`Only line endings differ in ${otherLineEndings.join(", ")}; that is fine.`);
  const isStale = differences.length + reasons.length > 0;
  print(isStale ? "Run: npm run generate" : "generated/ is in step with openapi.yaml.");
  return isStale ? 1 : 0;
}

async function update(folder: string, rendered: ReadonlyMap<string, string>, print: Print): Promise<string[]> {
  const { stale, extra } = await withLock(folder, async () => {
    const { differences } = await compare(folder, rendered);
    const named = (isExtra: boolean) =>
      differences.filter(({ cause }) => (cause === "extra") === isExtra).map(({ file }) => file);
    const files = new Map(Array.from(rendered).filter(([file]) => named(false).includes(file)));
    await writeAll(folder, files);
    return { stale: [...files.keys()], extra: named(true).filter((file) => file !== LOCK) };
  });
  for (const file of stale) print(`wrote generated/${file}`);
  for (const file of extra) print(`kept generated/${file}: it ${CAUSES.extra}`);
  if (stale.length === 0) print(UNCHANGED);
  return stale;
}
