import { isDeepStrictEqual } from "node:util";
import type { Ajv2020 } from "ajv/dist/2020.js";
import type { ContractDocument } from "../../../server/contract/document.ts";
import { contractAjv, type PlacedSchema } from "../contract-ajv.ts";
import type { Diagnostic, Finding } from "../diagnostic.ts";
import type { ParsedContract } from "../parse.ts";
import { checkReadable, checkRoot } from "./document.ts";
import { checkExamples } from "./examples.ts";
import { checkExtensions, checkSwitches } from "./extensions.ts";
import { checkMediaTypes } from "./media-types.ts";
import { checkMethodNames } from "./method-names.ts";
import { type Node, type Nodes, servedNodes } from "./nodes.ts";
import { checkOperations } from "./operations.ts";
import { checkResponseHeaders } from "./parameters/headers.ts";
import { checkParameters } from "./parameters/parameters.ts";
import { checkPaths } from "./paths.ts";
import { checkMapping, lintWithRedocly } from "./redocly.ts";
import { checkLinks } from "./references/links.ts";
import { checkReferenceObjects } from "./references/reference-objects.ts";
import { checkNulls } from "./references/references.ts";
import { checkKeywords, checkSchemas, checkTargets } from "./schemas.ts";
import { checkAuthorization, checkPermissions, checkScopes, checkSecurityScheme } from "./security.ts";

export interface LintResult {
  /** All problems by file, in line order. */
  problems: Diagnostic[];
  /** Compiles the schemas of a valid contract. */
  ajv: Ajv2020;
}

/**
 * Checks a contract. Schemas are compiled only if the structure is valid, and examples are validated only if the schemas
 * compile: an earlier problem would be reported again, less precisely.
 */
export async function lint(contract: ParsedContract): Promise<LintResult> {
  const { document } = contract;
  const inLineOrder = (findings: Finding[]) =>
    findings
      .map(({ pointer, at, rule, message }) => ({ ...contract.locate(pointer, at), rule, message }))
      .sort((a, b) => compareTexts(a.file, b.file) || a.line - b.line || a.column - b.column);
  const unreadable = checkReadable(document);
  if (unreadable.length > 0) return { problems: inLineOrder(unreadable), ajv: contractAjv([]) };
  const { findings, nodes } = await lintWithRedocly(document);
  const structure = structureFindings(document, findings, nodes);
  if (structure.length > 0) return { problems: inLineOrder(structure), ajv: contractAjv([]) };
  const schemas = schemasIn(document, nodes);
  const ajv = contractAjv(schemas);
  const invalid = checkSchemas(schemas, ajv);
  return { problems: inLineOrder(invalid.length > 0 ? invalid : checkExamples(document, nodes, ajv)), ajv };
}

/** Findings of Redocly and ours; the first kind that is found, because the later checks read what the earlier ones check. */
function structureFindings(document: ContractDocument, found: readonly Finding[], nodes: Nodes): Finding[] {
  const nulls = checkNulls(document);
  if (nulls.length > 0 || found.some(isAboutNull)) return withNulls(nulls, found);
  // Redocly has checked their targets as schemas.
  const misled = checkTargets(document, nodes);
  if (misled.length > 0) return misled;
  const all = [...found, ...checkObjects(document, nodes), ...checkKeywords(nodes.get("Schema") ?? [])];
  return all.length > 0 ? all : checkMethodNames(document);
}

/** The rules for objects can't read null. */
function isAboutNull({ message }: Finding): boolean {
  return /but got 'null'\.?$/.test(message);
}

/** Adds each null that is not reported yet, or not with what to write. */
function withNulls(nulls: readonly Finding[], found: readonly Finding[]): Finding[] {
  const isIn = (list: readonly Finding[], { pointer }: Finding) =>
    list.some((other) => isDeepStrictEqual(other.pointer, pointer));
  const others = found.filter((one) => !isAboutNull(one) || !isIn(nulls, one));
  return [...others, ...nulls.filter((one) => !isIn(others, one))];
}

/** In code-point order on every machine; the contract, which has no name, comes before its other files. */
function compareTexts(a = "", b = ""): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function checkObjects(document: ContractDocument, nodes: Nodes): Finding[] {
  const served = servedNodes(document, nodes);
  const each = (type: string, check: (node: Node) => Finding[]) => (nodes.get(type) ?? []).flatMap(check);
  return [
    ...checkRoot(document),
    ...checkPaths(document),
    ...checkReferenceObjects(document, nodes),
    ...checkLinks(document, nodes),
    ...checkOperations(document, served),
    ...checkParameters(document, served),
    ...checkMediaTypes(document, served),
    ...checkResponseHeaders(document, served),
    ...checkExtensions(nodes),
    ...each("Operation", checkPermissions),
    ...each("Operation", checkSwitches),
    ...each("SecurityScheme", checkSecurityScheme),
    ...each("SecurityRequirement", (node) => [...checkScopes(document, node), ...checkAuthorization(document, node)]),
    ...each("DiscriminatorMapping", (node) => checkMapping(document, node)),
  ];
}

/** The schemas of a document; components come first. Redocly has no nodes for boolean schemas. */
function schemasIn({ components }: ContractDocument, nodes: Nodes): PlacedSchema[] {
  const named = Object.entries(Object(components?.schemas)).map(([name, value]) => ({
    pointer: ["components", "schemas", name],
    value: value as PlacedSchema["value"],
  }));
  const isNamed = ({ pointer }: Node) => pointer.length === 3 && pointer[1] === "schemas";
  const bodies = (nodes.get("MediaType") ?? []).flatMap(({ pointer, value: { schema } }) =>
    typeof schema === "boolean" ? [{ pointer: [...pointer, "schema"], value: schema }] : [],
  );
  return [...named, ...bodies, ...(nodes.get("Schema") ?? []).filter((node) => !isNamed(node))];
}
