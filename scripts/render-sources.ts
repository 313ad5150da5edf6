import { compileErrors } from "./compile.ts";
import type { ContractDocument } from "./contract-document.ts";
import { renderDeclarations } from "./render-declarations.ts";
import { renderOperations } from "./render-operations.ts";
import { renderTypes } from "./render-types.ts";

/**
 * The TypeScript sources of `generated/`, by file name, compiled together.
 * @throws Error if they do not compile: a fault of the generator, once the contract is sound.
 */
export async function renderSources(document: ContractDocument): Promise<Map<string, string>> {
  const sources = new Map([
    ["operations.ts", renderOperations(document)],
    ["types.ts", await renderTypes(document)],
    ["validators.d.ts", renderDeclarations(Object.keys(document.components.schemas))],
  ]);
  const faults = compileErrors(sources);
  if (faults.length > 0) throw new Error(`It rendered what does not compile.\n${faults.join("\n")}`);
  return sources;
}
