import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ContractDocument } from "../../server/contract/document.ts";

/** What a contract's folder was made from and by what; no dates and no paths, so that it is the same on every machine. */
export interface Manifest {
  /** SHA-256 of the parsed document: comments and layout of the YAML make no difference. */
  document: string;
  /** Pinned versions of what has a hand in the output. */
  tools: Record<string, string | undefined>;
  /** SHA-256 of each file. */
  files: Record<string, string>;
}

/** Our own part in the output, read as text. */
const GENERATOR = [
  "banner.ts",
  "contract-ajv.ts",
  "../../server/contract/document.ts",
  "render.ts",
  "render-declarations.ts",
  "render-operations.ts",
  "render-sources.ts",
  "render-types.ts",
  "render-validators.ts",
];

const TOOLS = ["@redocly/openapi-core", "ajv", "ajv-formats", "openapi-typescript", "typescript", "yaml"] as const;

export function manifestOf(document: ContractDocument, files: ReadonlyMap<string, string>): Manifest {
  const {
    dependencies,
    devDependencies,
  }: Record<string, Record<string, string>> = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return {
    document: sha256(JSON.stringify(document)),
    tools: {
      ...Object.fromEntries(TOOLS.map((name) => [name, { ...dependencies, ...devDependencies }[name]])),
      "this generator": generatorHash(),
    },
    files: Object.fromEntries(Array.from(files, ([name, text]) => [name, sha256(text)])),
  };
}

function generatorHash(): string {
  return sha256(GENERATOR.map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join(""));
}

/** Of the text with LF: a checkout may have changed the line endings. */
export function sha256(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}
