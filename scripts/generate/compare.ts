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
  /** The first differing line. */
  detail?: string;
}

export interface Comparison {
  differences: Difference[];
  /** Reasons why files are out of date. */
  reasons: string[];
  /** Files that differ in line endings only. */
  otherLineEndings: string[];
}

/** Not reported: the output folder of another contract inside this one, and the staging folder of a run. */
const IGNORED = new Set([...CONTRACTS.map(({ output }) => basename(output)), STAGING]);

/** Compares all files of a contract's output folder with the rendered files. */
export async function compare(
  root: string,
  { file: contract, output }: ContractFile,
  rendered: ReadonlyMap<string, string>,
): Promise<Comparison> {
  const names = await readdir(join(root, output)).catch((): string[] => []);
  const present = names.filter((name) => !IGNORED.has(name));
  const found = new Map<string, string>();
  const otherLineEndings: string[] = [];
  for (const name of present.filter((other) => rendered.has(other))) {
    const text = await readFile(join(root, output, name), "utf8");
    found.set(name, text.replaceAll("\r\n", "\n"));
    if (text !== rendered.get(name) && found.get(name) === rendered.get(name))
      otherLineEndings.push(`${output}/${name}`);
  }
  const written = readManifest(found.get("manifest.json"));
  const extra = present
    .filter((name) => !rendered.has(name))
    .map((file) => ({ file, cause: "is not a generated file" as const }));
  const differences: Difference[] = [
    ...Array.from(rendered).flatMap(([file, text]) => differenceOf({ file, text, found: found.get(file), written })),
    ...extra,
  ];
  return {
    differences: differences.map((difference) => ({ ...difference, file: `${output}/${difference.file}` })),
    reasons: reasonsOf(written, readManifest(rendered.get("manifest.json")), { contract, output, differences }),
    otherLineEndings,
  };
}

interface Compared {
  file: string;
  text: string;
  found: string | undefined;
  written: Partial<Manifest>;
}

function differenceOf({ file, text, found, written }: Compared): Difference[] {
  if (found === undefined) return [{ file, text, cause: "is missing" }];
  if (found === text) return [];
  const isOld = file === "manifest.json" || written.files?.[file] === sha256(found);
  return [{ file, text, cause: isOld ? "is out of date" : "was edited by hand", detail: firstDifference(found, text) }];
}

function firstDifference(found: string, text: string): string {
  const [actual, expected] = [found.split("\n"), text.split("\n")];
  const at = expected.findIndex((line, index) => line !== actual[index]);
  const line = at < 0 ? expected.length : at;
  const prefix = `line ${line + 1}: `;
  return `${prefix}- ${shortened(actual[line])}\n${" ".repeat(prefix.length)}+ ${shortened(expected[line])}`;
}

function shortened(line: string | undefined): string {
  if (line === undefined) return "(end of file)";
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

function readManifest(text: string | undefined): Partial<Manifest> {
  try {
    return Object(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

interface Folder extends Pick<Comparison, "differences"> {
  contract: string;
  output: string;
}

function reasonsOf(written: Partial<Manifest>, fresh: Partial<Manifest>, folder: Folder): string[] {
  if (!written.document) return [];
  const names = Object.keys({ ...written.tools, ...fresh.tools });
  const tools = names.filter((name) => written.tools?.[name] !== fresh.tools?.[name]);
  const versionIn = ({ tools }: Partial<Manifest>, name: string) => tools?.[name] ?? "none";
  const reasons = tools.map((name) => `${name} changed from ${versionIn(written, name)} to ${versionIn(fresh, name)}.`);
  const isEdited = written.document !== fresh.document;
  if (isEdited) reasons.unshift(`${folder.contract} has changed since ${folder.output}/ was written.`);
  const isOld = folder.differences.some(({ file, cause }) => cause === "is out of date" && file !== "manifest.json");
  return reasons.length === 0 && isOld ? ["The generator has changed since generated/ was written."] : reasons;
}
