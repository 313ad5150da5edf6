import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ContractDocument } from "../../server/contract/document.ts";
import { compileErrors } from "./compile.ts";
import { banner } from "./contracts.ts";
import { renderOperations, renderTypes } from "./render-types.ts";
import { renderDeclarations, renderValidators } from "./render-validators.ts";

/** Origin of a contract's generated files. Contains no dates or paths, so that it is the same on every machine. */
export interface Manifest {
  /** SHA-256 of the parsed document: comments and layout of the YAML are not part of it. */
  document: string;
  /** Pinned versions of the packages that affect the output. */
  tools: Record<string, string | undefined>;
  /** SHA-256 of each file. */
  files: Record<string, string>;
}

const PACKAGE = new URL("../../package.json", import.meta.url);
const TOOLS = ["@redocly/openapi-core", "ajv", "ajv-formats", "openapi-typescript", "typescript", "yaml"];

/**
 * All generated files of a valid contract by name, manifest.json last. The same document gives the same bytes on every
 * machine.
 * @throws Error if the rendered TypeScript does not compile, which is a defect of the generator
 */
export async function render(file: string, document: ContractDocument): Promise<ReadonlyMap<string, string>> {
  const sources = {
    "operations.ts": renderOperations(document),
    "types.ts": await renderTypes(document),
    "validators.d.ts": renderDeclarations(document),
    "validators.js": renderValidators(document),
  };
  const files = new Map([["openapi.json", toJson(document)]]);
  for (const [name, text] of Object.entries(sources)) files.set(name, `${banner(file)}${text}`);
  const errors = compileErrors(files);
  if (errors.length > 0) throw new Error(`The rendered sources do not compile.\n${errors.join("\n")}`);
  return files.set("manifest.json", toJson(manifestOf(document, files)));
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function manifestOf(document: ContractDocument, files: ReadonlyMap<string, string>): Manifest {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(PACKAGE, "utf8"));
  const versions: Record<string, string> = { ...devDependencies, ...dependencies };
  return {
    document: sha256(JSON.stringify(document)),
    tools: Object.fromEntries(TOOLS.map((name) => [name, versions[name]])),
    files: Object.fromEntries(Array.from(files, ([name, text]) => [name, sha256(text)])),
  };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
