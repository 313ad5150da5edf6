import openapiTS, { astToString } from "openapi-typescript";
import type { ContractDocument } from "../../server/contract/document.ts";

/** The contract's TypeScript types. The only file that knows openapi-typescript (no releases since 2026-09). */
export async function renderTypes(document: ContractDocument): Promise<string> {
  // A copy: the library's bundler writes into the document it is given.
  const source = structuredClone(document) as unknown as Parameters<typeof openapiTS>[0];
  const ast = await openapiTS(source, { rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true });
  return astToString(ast);
}
