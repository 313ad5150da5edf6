import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare } from "./compare.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";
import { lint } from "./lint.ts";
import { parseContract } from "./parse.ts";
import { render } from "./render.ts";
import { FolderLocked, LOCK, withLock, writeAll } from "./write.ts";

type Print = (line: string) => void;

const CONTRACT = "openapi.yaml";
const CAUSES = {
  missing: "is missing",
  extra: "does not belong here",
  "edited by hand": "was edited by hand",
  old: "is from before",
};

/**
 * Regenerates `generated/` from `openapi.yaml`, or with `--check` only compares.
 * Exit codes: 0 done or fresh, 1 stale (`--check`), 2 the contract or the call is wrong, 3 our own failure.
 */
export async function run(args: string[], print: Print, root = process.cwd()): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    print(options);
    return 2;
  }
  const source = await readFile(join(root, CONTRACT), "utf8").catch(() => undefined);
  if (source === undefined) {
    print(`${CONTRACT} can't be read; run this where it lies.`);
    return 2;
  }
  const { contract, diagnostics } = parseContract(source);
  const found = contract ? await lint(contract) : diagnostics;
  if (!contract || found.length > 0) return report(found, source, print);
  const rendered = await render(contract.document);
  return options.check
    ? check(join(root, "generated"), rendered, print)
    : update(join(root, "generated"), rendered, print);
}

function readOptions(args: string[]): { check: boolean } | string {
  try {
    const { values } = parseArgs({ args, options: { check: { type: "boolean", default: false } } });
    return values;
  } catch {
    return `Unknown argument in '${args.join(" ")}'. The one option is --check.`;
  }
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

async function update(folder: string, rendered: ReadonlyMap<string, string>, print: Print): Promise<number> {
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
  if (stale.length === 0) print("generated/ is in step with openapi.yaml; nothing was written.");
  return 0;
}

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), console.log).catch((error: Error) => {
    console.error(`The generator failed: ${error instanceof FolderLocked ? error.message : error.stack}`);
    return 3;
  });
}
