import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CONTRACTS, type ContractFile } from "./contracts.ts";
import { type Manifest, sha256 } from "./render.ts";
import { STAGING } from "./write.ts";

export interface Difference {
  /** Relative to the project's root. */
  file: string;
  /** The expected text; undefined for a file that is not generated. */
  text?: string;
  /** "is out of date": not edited, but generated from another contract or by another generator. */
  cause: "is missing" | "is not a generated file" | "was edited by hand" | "is out of date";
  /** The first differing line, in lines below the cause. */
  detail?: string;
}

/** Not reported: the output folder of another contract inside this one, and the staging folder of a run. */
const IGNORED = new Set([...CONTRACTS.map(({ output }) => basename(output)), STAGING]);

/** Compares all files of a contract's output folder with the rendered files. Other line endings are no difference. */
export async function compare(root: string, contract: ContractFile & { files: ReadonlyMap<string, string> }) {
  const { output, files } = contract;
  const names = await readdir(join(root, output)).catch((): string[] => []);
  const present = names.filter((name) => !IGNORED.has(name));
  const found = new Map<string, string>();
  const otherLineEndings: string[] = [];
  for (const name of present.filter((other) => files.has(other))) {
    const text = await readFile(join(root, output, name), "utf8");
    found.set(name, text.replaceAll("\r\n", "\n"));
    if (text.includes("\r\n") && found.get(name) === files.get(name)) otherLineEndings.push(`${output}/${name}`);
  }
  const written = readManifest(found.get("manifest.json"));
  const extra = present.filter((name) => !files.has(name));
  const differences: Difference[] = [
    ...Array.from(files).flatMap(([file, text]) => differenceOf(file, { text, found: found.get(file), written })),
    ...extra.map((file) => ({ file, cause: "is not a generated file" as const })),
  ].map((difference) => ({ ...difference, file: `${output}/${difference.file}` }));
  const manifests = { written, fresh: readManifest(files.get("manifest.json")) };
  return { differences, otherLineEndings, reasons: reasonsOf(contract, manifests, differences) };
}

type Found = { text: string; found: string | undefined; written: Partial<Manifest> };

function differenceOf(file: string, { text, found, written }: Found): Difference[] {
  if (found === undefined) return [{ file, text, cause: "is missing" }];
  if (found === text) return [];
  const isOld = file === "manifest.json" || written.files?.[file] === sha256(found);
  return [{ file, text, cause: isOld ? "is out of date" : "was edited by hand", detail: firstDifference(found, text) }];
}

function firstDifference(found: string, text: string): string {
  const [actual, expected] = [found.split("\n"), text.split("\n")];
  const at = expected.findIndex((line, index) => line !== actual[index]);
  const line = at < 0 ? expected.length : at;
  const prefix = `  line ${line + 1}: `;
  return `\n${prefix}- ${shortened(actual[line])}\n${" ".repeat(prefix.length)}+ ${shortened(expected[line])}`;
}

function shortened(line = "(end of file)"): string {
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

function readManifest(text = "{}"): Partial<Manifest> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function reasonsOf(
  { file, output }: ContractFile,
  { written, fresh }: Record<"written" | "fresh", Partial<Manifest>>,
  differences: readonly Difference[],
): string[] {
  if (!written.document) return [];
  const reasons = written.document === fresh.document ? [] : [`${file} has changed since ${output}/ was written.`];
  for (const name of Object.keys({ ...written.tools, ...fresh.tools })) {
    const [before = "none", after = "none"] = [written, fresh].map(({ tools }) => tools?.[name]);
    if (before !== after) reasons.push(`${name} changed from ${before} to ${after}.`);
  }
  const isOld = differences.some(({ cause, file }) => cause === "is out of date" && basename(file) !== "manifest.json");
  return reasons.length === 0 && isOld ? ["The generator has changed since generated/ was written."] : reasons;
}
