import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ContractDocument } from "./contract-document.ts";
import { type Manifest, manifestOf, sha256 } from "./manifest.ts";

export interface Difference {
  file: string;
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

/** What in `folder` is not as rendered, and why. Every file is looked at. */
export async function compare(folder: string, rendered: ReadonlyMap<string, string>): Promise<Comparison> {
  const present = await readdir(folder).catch((): string[] => []);
  const found = new Map<string, string>();
  for (const file of present) if (rendered.has(file)) found.set(file, await readFile(join(folder, file), "utf8"));
  const written = readManifest(found.get("manifest.json"));
  const expected = Array.from(rendered, ([file, text]) =>
    differenceOf(file, text, { found: found.get(file), written }),
  );
  const extra = present.filter((file) => !rendered.has(file)).map((file) => ({ file, cause: "extra" as const }));
  return {
    differences: [...expected.flatMap((difference) => difference ?? []), ...extra],
    reasons: reasonsFor(written, readManifest(rendered.get("manifest.json"))),
    otherLineEndings: [...found].flatMap(([file, text]) =>
      text !== rendered.get(file) && isSame(text, rendered.get(file)) ? [file] : [],
    ),
  };
}

/**
 * Whether `folder` holds exactly what its manifest vouches for, made from this document by these tools: then nothing
 * needs to be linted or rendered to know that nothing would be written.
 */
export async function isAsWritten(folder: string, document: ContractDocument): Promise<boolean> {
  const present = await readdir(folder).catch((): string[] => []);
  const texts = await Promise.all(present.map((file) => readFile(join(folder, file), "utf8").catch(() => "")));
  const files = new Map(present.map((file, index) => [file, texts[index] ?? ""]));
  const manifest = files.get("manifest.json");
  files.delete("manifest.json");
  return manifest !== undefined && isDeepStrictEqual(readManifest(manifest), manifestOf(document, files));
}

interface OnDisk {
  found: string | undefined;
  written: Partial<Manifest>;
}

function differenceOf(file: string, text: string, { found, written }: OnDisk): Difference | undefined {
  if (found === undefined) return { file, cause: "missing" };
  if (isSame(found, text)) return undefined;
  const isOld = file === "manifest.json" || written.files?.[file] === sha256(found);
  return { file, cause: isOld ? "old" : "edited by hand", detail: firstDifference(found, text) };
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

function reasonsFor(written: Partial<Manifest>, fresh: Partial<Manifest>): string[] {
  if (!written.document) return [];
  const tools = Object.keys({ ...written.tools, ...fresh.tools });
  const changed = tools.filter((name) => written.tools?.[name] !== fresh.tools?.[name]);
  return [
    ...(written.document === fresh.document ? [] : ["openapi.yaml has changed since generated/ was written."]),
    ...changed.map(
      (name) => `${name} is ${fresh.tools?.[name] ?? "gone"}, and was ${written.tools?.[name] ?? "not there"}.`,
    ),
  ];
}
