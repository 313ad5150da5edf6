import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ContractDocument } from "../../server/contract/document.ts";
import { CONTRACTS } from "./contracts.ts";
import { type Manifest, manifestOf, sha256 } from "./manifest.ts";
import type { Rendered } from "./render.ts";

export interface Difference {
  /** As seen from the project's folder. */
  file: string;
  /** What should stand in it; absent where it does not belong. */
  text?: string;
  /** `old` is as it was generated, from another contract or by other tools. */
  cause: "missing" | "extra" | "edited by hand" | "old";
  /** The first line that differs. */
  detail?: string;
}

export interface Comparison {
  differences: Difference[];
  /** Why the folder as a whole is not fresh. */
  reasons: string[];
  /** Files that differ in nothing but line endings. */
  otherLineEndings: string[];
}

const OUTPUTS = new Set(CONTRACTS.map(({ output }) => output));

/** What in a contract's folder is not as rendered, and why. Every file is looked at. */
export async function compare(
  root: string,
  { file: contract, output, files: rendered }: Rendered,
): Promise<Comparison> {
  const present = await presentIn(root, output);
  const found = new Map<string, string>();
  for (const file of present) if (rendered.has(file)) found.set(file, await readFile(join(root, output, file), "utf8"));
  const written = readManifest(found.get("manifest.json"));
  const fresh = readManifest(rendered.get("manifest.json"));
  const isOther = written.document !== undefined && written.document !== fresh.document;
  const expected = Array.from(rendered, ([file, text]) =>
    differenceOf(file, text, { found: found.get(file), written }),
  );
  const extra = present.filter((file) => !rendered.has(file)).map((file) => ({ file, cause: "extra" as const }));
  return {
    differences: [...expected.flatMap((difference) => difference ?? []), ...extra].map((difference) => ({
      ...difference,
      file: `${output}/${difference.file}`,
    })),
    reasons: [
      ...(isOther ? [`${contract} has changed since ${output}/ was written.`] : []),
      ...toolsChanged(written, fresh),
    ],
    otherLineEndings: [...found].flatMap(([file, text]) =>
      text !== rendered.get(file) && isSame(text, rendered.get(file)) ? [`${output}/${file}`] : [],
    ),
  };
}

/**
 * Whether a contract's folder holds exactly what its manifest vouches for, made from this document by these tools: then nothing
 * needs to be linted or rendered to know that nothing would be written.
 */
export async function isAsWritten(root: string, output: string, document: ContractDocument): Promise<boolean> {
  const present = await presentIn(root, output);
  const texts = await Promise.all(present.map((file) => readFile(join(root, output, file), "utf8").catch(() => "")));
  const files = new Map(present.map((file, index) => [file, texts[index] ?? ""]));
  const manifest = files.get("manifest.json");
  files.delete("manifest.json");
  return manifest !== undefined && isDeepStrictEqual(readManifest(manifest), manifestOf(document, files));
}

/** What lies in a contract's folder, but for the folder of another contract. */
async function presentIn(root: string, output: string): Promise<string[]> {
  const names = await readdir(join(root, output)).catch((): string[] => []);
  return names.filter((name) => !OUTPUTS.has(`${output}/${name}`));
}

interface OnDisk {
  found: string | undefined;
  written: Partial<Manifest>;
}

function differenceOf(file: string, text: string, { found, written }: OnDisk): Difference | undefined {
  if (found === undefined) return { file, text, cause: "missing" };
  if (isSame(found, text)) return undefined;
  const isOld = file === "manifest.json" || written.files?.[file] === sha256(found);
  return { file, text, cause: isOld ? "old" : "edited by hand", detail: firstDifference(found, text) };
}

function isSame(found: string, text: string | undefined): boolean {
  return found.replaceAll("\r\n", "\n") === text;
}

function firstDifference(found: string, text: string): string {
  const [is, should] = [found.split(/\r?\n/), text.split("\n")];
  const at = should.findIndex((line, index) => line !== is[index]);
  const line = at < 0 ? should.length : at;
  return `line ${line + 1}: - ${shown(is[line])}\n${" ".repeat(`line ${line + 1}: `.length)}+ ${shown(should[line])}`;
}

function shown(line: string | undefined): string {
  if (line === undefined) return "(the end)";
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

function readManifest(text: string | undefined): Partial<Manifest> {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
}

function toolsChanged(written: Partial<Manifest>, fresh: Partial<Manifest>): string[] {
  if (!written.document) return [];
  const tools = Object.keys({ ...written.tools, ...fresh.tools });
  const changed = tools.filter((name) => written.tools?.[name] !== fresh.tools?.[name]);
  return changed.map(
    (name) => `${name} is ${fresh.tools?.[name] ?? "gone"}, and was ${written.tools?.[name] ?? "not there"}.`,
  );
}
