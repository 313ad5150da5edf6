import type { ContractDocument } from "./contract-document.ts";
import { manifestOf } from "./manifest.ts";
import { renderValidators } from "./render-validators.ts";

/**
 * Everything that belongs into `generated/`, by file name; the same bytes for the same document on any machine.
 * `sources` are the TypeScript ones, which may still be on their way.
 */
export async function render(
  document: ContractDocument,
  sources: Promise<ReadonlyMap<string, string>>,
): Promise<Map<string, string>> {
  const own = new Map([
    ["openapi.json", `${JSON.stringify(document, null, 2)}\n`],
    ["validators.js", renderValidators(document)],
  ]);
  const files = new Map([...own, ...(await sources)].sort(([a], [b]) => (a < b ? -1 : 1)));
  // Written last: it vouches for the others.
  return files.set("manifest.json", `${JSON.stringify(manifestOf(document, files), null, 2)}\n`);
}
