import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compare, isAsWritten } from "./compare.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
import { parseContract } from "./parse.ts";
import { createSourcesAside } from "./sources-aside.ts";
import { LOCK, withLock, writeAll } from "./write.ts";

export type Print = (line: string) => void;

export const CONTRACT = "openapi.yaml";
const sourcesAside = createSourcesAside();
const UNCHANGED = "generated/ is in step with openapi.yaml; nothing was written.";
const CAUSES = {
  missing: "is missing",
  extra: "does not belong here",
  "edited by hand": "was edited by hand",
  old: "is from before",
};

/** One run: parse, lint, render, and write or compare. `written` names the files that are new. */
export async function regenerate({ root, isCheck }: { root: string; isCheck: boolean }, print: Print) {
  const source = await readFile(join(root, CONTRACT), "utf8").catch(() => undefined);
  if (source === undefined) {
    print(`${CONTRACT} can't be read; run this where it lies.`);
    return { code: 2, written: [] };
  }
  const { contract, diagnostics } = parseContract(source);
  const folder = join(root, "generated");
  if (contract && !isCheck && (await isAsWritten(folder, contract.document))) {
    print(UNCHANGED);
    return { code: 0, written: [] };
  }
  // Begun before it is known whether the contract is sound: where it is not, nobody asks for them.
  const sources = contract && sourcesAside(contract.document);
  sources?.catch(() => {});
  // Loaded only now: the linter takes longer to load than an unchanged contract takes in all.
  const [{ lint }, { render }] = await Promise.all([import("./lint.ts"), import("./render.ts")]);
  const found = contract ? await lint(contract) : diagnostics;
  if (!contract || !sources || found.length > 0) return { code: report(found, source, print), written: [] };
  const rendered = await render(contract.document, sources);
  if (isCheck) return { code: await check(folder, rendered, print), written: [] };
  return { code: 0, written: await update(folder, rendered, print) };
}

function report(found: Diagnostic[], source: string, print: Print): 2 {
  for (const diagnostic of found) print(formatDiagnostic(CONTRACT, source, diagnostic));
  print(`generated/ was not changed.  ${found.length} error${found.length === 1 ? "" : "s"}.`);
  return 2;
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
