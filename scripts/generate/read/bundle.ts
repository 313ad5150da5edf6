import { bundleDocument, createConfig, Source } from "@redocly/openapi-core";
import { type ContractDocument, valueAt } from "../../../server/contract/document.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { checkReadable } from "../lint/document.ts";
import { pointerOf } from "../lint/nodes.ts";
import { NODE_TYPES } from "../lint/openapi-types.ts";
import { membersOf } from "../lint/references/members.ts";
import type { ParsedContract } from "../parse.ts";
import { expandAliases } from "./expand-aliases.ts";
import { normalise, shortenReferences, writeMappings } from "./normalise.ts";
import { offlineResolver } from "./offline-resolver.ts";
import { trackOrigins } from "./origins.ts";
import { type ContractPath, sourceFiles } from "./source-files.ts";

export interface Bundled {
  /** Undefined if there are problems. */
  contract?: ParsedContract;
  /** The problem of another file than the contract names it. */
  diagnostics: Diagnostic[];
  /** The texts of the other files, by their names relative to the contract's folder. */
  sources: ReadonlyMap<string, string>;
}

/** Replaces references to other files by references to components of the contract. */
export async function bundleContract(contract: ParsedContract, where: ContractPath): Promise<Bundled> {
  const { document: parsed } = contract;
  shortenReferences(parsed, where.path);
  const { components: { schemas } = {} } = parsed;
  // Data can contain such a text as well; bundling changes nothing then. The linter reports an unreadable document.
  const hasFiles = writeMappings(parsed, schemas) || /"\$ref":"[^#]/.test(JSON.stringify(parsed));
  const hasOtherFiles = hasFiles && checkReadable(parsed).length === 0;
  if (!hasOtherFiles) {
    normalise(parsed);
    return { contract, diagnostics: [], sources: new Map() };
  }
  const found = sourceFiles(where, contract);
  const origins = trackOrigins();
  origins.add(where.path, parsed);
  const resolver = offlineResolver(async (file) => {
    const value = await found.parse(file);
    origins.add(file, value);
    writeMappings(value, schemas);
    return value;
  });
  // The bundler writes into the document.
  const root = { source: new Source(where.path, ""), parsed };
  resolver.cache.set(where.path, Promise.resolve(root));
  const { styleguide: config } = await createConfig({ resolve: { doNotResolveExamples: true } });
  const options = { document: root, config, customTypes: NODE_TYPES, externalRefResolver: resolver };
  const { problems } = await bundleDocument(options).catch((error: Error) => {
    const toFile = membersOf(parsed).find(({ key, value }) => key === "$ref" && !String(value).startsWith("#"));
    const message = `The references between the files can't be followed: ${error.message}.`;
    found.errors.push({ ...contract.locate(toFile?.pointer ?? []), rule: "reference", message });
    return { problems: [] };
  });
  // A renamed component is a warning.
  const errors = problems.filter(({ severity }) => severity === "error");
  const unresolved = errors.flatMap(({ message, location: [place] }): Diagnostic[] => {
    const file = place?.source.absoluteRef ?? where.path;
    const pointer = [...pointerOf(place?.pointer ?? "#/"), "$ref"];
    const reference = valueAt(found.files.get(file)?.value, pointer);
    // A local reference of the contract is checked by the linter.
    if (typeof reference !== "string" || (file === where.path && reference.startsWith("#"))) return [];
    const reason = message.split("$ref: ")[1] ?? `'${reference}' does not exist.`;
    return [{ ...found.placeIn(file, pointer), rule: "no-unresolved-refs", message: reason }];
  });
  const diagnostics = found.errors.length > 0 ? found.errors : unresolved;
  const sources = found.otherSources();
  if (diagnostics.length > 0) return { diagnostics, sources };
  const locate: ParsedContract["locate"] = (pointer, at) => {
    const origin = origins.originOf(parsed, pointer) ?? { file: where.path, pointer };
    return found.placeIn(origin.file, origin.pointer, at);
  };
  const { value, problem } = expandAliases(parsed);
  if (problem)
    return { diagnostics: [{ ...locate(problem.pointer), rule: "yaml", message: problem.message }], sources };
  // Bundling does not change the shape.
  const document = value as ContractDocument;
  normalise(document);
  return { contract: { ...contract, document, locate }, diagnostics, sources };
}
