import { createConfig, lintFromString } from "@redocly/openapi-core";
import { didYouMean, nearest } from "../../client/backfill/nearest.ts";
import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../server/contract/document.ts";
import type { Finding } from "./diagnostic.ts";
import type { ParsedContract } from "./parse.ts";

/** Passed explicitly, so that no redocly.yaml is read. */
const CONFIG = createConfig({
  rules: {
    struct: "error",
    "no-unresolved-refs": "error",
    "no-required-schema-properties-undefined": "error",
    "no-enum-type-mismatch": "error",
    "path-parameters-defined": "error",
    "path-declaration-must-exist": "error",
    "no-identical-paths": "error",
    "no-ambiguous-paths": "error",
    "operation-operationId-unique": "error",
    "operation-parameters-unique": "error",
    "security-defined": "error",
    "spec-components-invalid-map-name": "error",
  },
});

/** Problems found by Redocly's rules, with the nearest known name if there is one. */
export async function redoclyFindings({ document, source }: ParsedContract): Promise<Finding[]> {
  const problems = await lintFromString({ source, absoluteRef: "/openapi.yaml", config: await CONFIG });
  return problems.map(({ ruleId: rule, message, suggest, location: [place] }) => {
    const location = place?.pointer ?? "#/";
    const pointer = location === "#/" ? [] : referencePointer(location);
    const at = place && "reportOnKey" in place && place.reportOnKey ? "key" : "value";
    const plain = `${message.trim().replaceAll("`", "'")}${didYouMean(suggest[0])}`;
    return withNearestName(document, { rule, at, pointer, message: plain });
  });
}

/** Rewrites the messages of the two rules for which Redocly suggests no name. */
function withNearestName(document: ContractDocument, finding: Finding): Finding {
  const { rule, pointer } = finding;
  if (rule === "no-unresolved-refs") {
    const reference = String(valueAt(document, [...pointer, "$ref"]));
    const target = referencePointer(reference);
    const near = nearest(target.at(-1) ?? "", keysOf(valueAt(document, target.slice(0, -1))));
    const message = `'${reference}' does not exist.${didYouMean(near)}`;
    return { ...finding, pointer: [...pointer, "$ref"], message };
  }
  if (rule === "no-required-schema-properties-undefined") {
    const name = String(valueAt(document, pointer));
    const { properties } = Object(valueAt(document, pointer.slice(0, -2))) as Schema;
    const near = nearest(name, keysOf(properties));
    return { ...finding, message: `Required property '${name}' is not defined.${didYouMean(near)}` };
  }
  return finding;
}

function keysOf(value: unknown): string[] {
  return Object.keys(Object(value));
}
