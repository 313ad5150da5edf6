import type { ContractDocument } from "./contract-document.ts";
import { manifestOf } from "./manifest.ts";
import { renderOperations } from "./render-operations.ts";
import { renderTypes } from "./render-types.ts";
import { renderValidators } from "./render-validators.ts";

/** Everything that belongs into `generated/`, by file name; the same bytes for the same document on any machine. */
export async function render(document: ContractDocument): Promise<Map<string, string>> {
  const { code, declarations } = renderValidators(document);
  const files = new Map([
    ["openapi.json", `${JSON.stringify(document, null, 2)}\n`],
    ["operations.ts", renderOperations(document)],
    ["types.ts", await renderTypes(document)],
    ["validators.d.ts", declarations],
    ["validators.js", code],
  ]);
  // Written last: it vouches for the others.
  return files.set("manifest.json", `${JSON.stringify(manifestOf(document, files), null, 2)}\n`);
}

/** The first line of each generated source. */
export const BANNER = "// Written by `npm run generate` from openapi.yaml. Edit that file, never this one.\n";
