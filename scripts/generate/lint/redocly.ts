import { createConfig, lintDocument, Source } from "@redocly/openapi-core";
import { type ContractDocument, referencePointer, valueAt } from "../../../server/contract/document.ts";
import { didYouMean, nearest } from "../../../server/nearest.ts";
import type { Finding } from "../diagnostic.ts";
import { localResolver } from "../read/offline-resolver.ts";
import { type Node, type Nodes, nodeCollector, pointerOf } from "./nodes.ts";
import { NODE_TYPES } from "./openapi-types.ts";
import { PARAMETER_NAME } from "./paths.ts";
import { withRemedy } from "./remedies.ts";

const COLLECTOR = "contract/nodes";

const RULES = {
  struct: "error",
  "no-unresolved-refs": "error",
  "path-parameters-defined": "error",
  "path-declaration-must-exist": "error",
  "no-ambiguous-paths": "error",
  "operation-operationId-unique": "error",
  "operation-parameters-unique": "error",
  "security-defined": "error",
  "spec-components-invalid-map-name": "error",
  [COLLECTOR]: "error",
} as const;

/**
 * Problems found by Redocly's rules, with the nearest known name if there is one, and the objects of the document. Reads no
 * redocly.yaml and no other file: references to files are bundled before.
 */
export async function lintWithRedocly(document: ContractDocument): Promise<{ findings: Finding[]; nodes: Nodes }> {
  const { nodes, rule } = nodeCollector();
  const [id = "", name = ""] = COLLECTOR.split("/");
  const { styleguide } = await createConfig({
    rules: RULES,
    plugins: [{ id, rules: { oas3: { [name]: rule } } }],
    // A `$ref` in an example is data.
    resolve: { doNotResolveExamples: true },
  });
  const problems = await lintDocument({
    document: { source: new Source("/", ""), parsed: document },
    config: styleguide,
    customTypes: NODE_TYPES,
    externalRefResolver: localResolver(),
  });
  const findings = problems.flatMap(({ ruleId, message, suggest, location: [place] }) => {
    const at = place && "reportOnKey" in place && place.reportOnKey ? "key" : "value";
    const pointer = pointerOf(place?.pointer ?? "#/");
    const key = pointer.at(-1) ?? "";
    const others = keysOf(document.components?.securitySchemes).filter((name) => name !== key);
    const candidates = ruleId === "security-defined" ? others : suggest;
    const near = nearest(at === "key" ? key : String(valueAt(document, pointer)), candidates);
    const plain = withRemedy(key, `${message.trim().replaceAll("`", "'")}${didYouMean(near)}`);
    return reviewed(document, { rule: ruleId, at, pointer, message: plain });
  });
  return { findings, nodes };
}

/** Drops findings about valid documents, and rewrites messages that do not say what to write. */
function reviewed(document: ContractDocument, finding: Finding): Finding[] {
  const { rule, pointer } = finding;
  if (rule === "no-unresolved-refs") {
    const reference = valueAt(document, [...pointer, "$ref"]);
    // The values of a discriminator's mapping have their own rule, because they can be names.
    if (typeof reference !== "string") return [];
    return [{ ...finding, pointer: [...pointer, "$ref"], message: missingText(document, reference) }];
  }
  if (finding.message.startsWith("Property 'nullable'")) {
    return [{ ...finding, message: `OpenAPI 3.1 has no 'nullable'. Write the type as a list: [string, "null"].` }];
  }
  // Redocly names a member by the operationId.
  if (rule === "operation-operationId-unique") {
    return [{ ...finding, pointer: [...pointer.slice(0, -1), "operationId"] }];
  }
  if (rule === "struct" && pointer.length === 2 && pointer[0] === "paths" && !String(pointer[1]).startsWith("/")) {
    return [{ ...finding, message: `A path starts with '/'. Write '/${pointer[1]}'.` }];
  }
  // The path has a finding of its own.
  if (rule === "path-parameters-defined" && isUnreadable(document, valueAt(document, pointer))) return [];
  // An operation without security has its own rule.
  return finding.message.startsWith("Every operation should have security") ? [] : [finding];
}

function isUnreadable({ paths }: ContractDocument, name: unknown): boolean {
  return !PARAMETER_NAME.test(String(name)) && Object.keys(paths).some((path) => path.includes(`{${name}}`));
}

/** Problems of a discriminator's mapping: each value is the name of a schema, or a reference. */
export function checkMapping(document: ContractDocument, { value, pointer }: Node): Finding[] {
  return Object.entries(value).flatMap(([key, target]) => {
    const name = String(target);
    const isReference = name.startsWith("#/");
    const place = isReference ? referencePointer(name) : ["components", "schemas", name];
    if (valueAt(document, place) !== undefined) return [];
    const message = isReference ? missingText(document, name) : missingName(document, name);
    return [{ pointer: [...pointer, key], rule: "no-unresolved-refs", message }];
  });
}

function missingName({ components }: ContractDocument, name: string): string {
  const near = didYouMean(nearest(name, keysOf(components?.schemas)));
  return `There is no schema '${name}'.${near || " Write the name of a component, or a reference."}`;
}

function missingText(document: ContractDocument, reference: string): string {
  const target = referencePointer(reference);
  const name = target.at(-1) ?? "";
  const near = nearest(name, keysOf(valueAt(document, target.slice(0, -1))));
  // As in `#/definitions/Pet` of Swagger 2.
  const isComponent = Object.hasOwn(Object(document.components?.schemas), name);
  const component = isComponent ? `#/components/schemas/${name}` : undefined;
  return `'${reference}' does not exist.${didYouMean(near ?? component)}`;
}

function keysOf(value: unknown): string[] {
  return Object.keys(Object(value));
}
