import type { ContractDocument } from "../../server/contract/document.ts";
import { banner } from "./banner.ts";
import { compileErrors } from "./compile.ts";
import { renderDeclarations } from "./render-declarations.ts";
import { renderOperations } from "./render-operations.ts";
import { renderTypes } from "./render-types.ts";

export interface SourcesRequest {
  /** The contract's file, which the sources name. */
  file: string;
  document: ContractDocument;
}

/**
 * The TypeScript sources of a contract's folder, by file name, compiled together.
 * @throws Error if they do not compile: a fault of the generator, once the contract is sound.
 */
export async function renderSources({ file, document }: SourcesRequest): Promise<Map<string, string>> {
  const texts = [
    ["operations.ts", renderOperations(document)],
    ["types.ts", await renderTypes(document)],
    ["validators.d.ts", renderDeclarations(Object.keys(document.components.schemas))],
  ] as const;
  const sources = new Map(texts.map(([name, text]) => [name, `${banner(file)}${text}`]));
  const faults = compileErrors(sources);
  if (faults.length > 0) throw new Error(`It rendered what does not compile.\n${faults.join("\n")}`);
  return sources;
}
