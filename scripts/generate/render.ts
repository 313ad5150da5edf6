import { banner } from "./banner.ts";
import type { ContractFile } from "./contracts.ts";
import { manifestOf } from "./manifest.ts";
import { renderValidators } from "./render-validators.ts";
import type { SoundContract } from "./sound-contract.ts";

/** Everything that belongs into a contract's folder, by file name; the manifest last. */
export interface Rendered extends ContractFile {
  files: ReadonlyMap<string, string>;
}

/**
 * The same bytes for the same document on any machine. `sources` are the TypeScript ones, which may still be on their
 * way.
 */
export async function render(
  { file, output, contract: { document } }: SoundContract,
  sources: Promise<ReadonlyMap<string, string>>,
): Promise<Rendered> {
  const own = new Map([
    ["openapi.json", `${JSON.stringify(document, null, 2)}\n`],
    ["validators.js", `${banner(file)}${renderValidators(document)}`],
  ]);
  const files = new Map([...own, ...(await sources)].sort(([a], [b]) => (a < b ? -1 : 1)));
  // Written last: it vouches for the others.
  files.set("manifest.json", `${JSON.stringify(manifestOf(document, files), null, 2)}\n`);
  return { file, output, files };
}
