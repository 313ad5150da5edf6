import { createConfig, lintFromString } from "@redocly/openapi-core";
import { type ContractDocument, referencePointer, type Schema, valueAt } from "../../server/contract/document.ts";
import { didYouMean, nearest } from "../shared/nearest.ts";
import type { Finding } from "./lint.ts";
import type { ParsedContract, Pointer } from "./parse.ts";

/** Ours alone, and passed explicitly: a redocly.yaml that happens to lie about is never read. */
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

/** What Redocly's rules find, with a suggestion where one name is near. */
export async function redoclyFindings({ document, source }: ParsedContract): Promise<Finding[]> {
  const problems = await lintFromString({ source, absoluteRef: "/openapi.yaml", config: await CONFIG });
  return problems.map(({ ruleId: rule, message, suggest, location: [place] }) => {
    const pointer = pointerOf(place?.pointer ?? "#/");
    const at = place && "reportOnKey" in place && place.reportOnKey ? ("key" as const) : ("value" as const);
    return { rule, at, ...sharpened(document, { rule, pointer, message: plain(message) }, suggest) };
  });
}

type Plain = Pick<Finding, "rule" | "pointer" | "message">;

/** Redocly's own suggestion; for the two rules that have none, the nearest name that is there. */
function sharpened(document: ContractDocument, { rule, pointer, message }: Plain, suggest: string[]) {
  if (rule === "no-unresolved-refs") {
    const reference = String(valueAt(document, [...pointer, "$ref"]));
    const home = referencePointer(reference).slice(0, -1);
    const names = Object.keys((valueAt(document, home) as object | undefined) ?? {});
    const near = nearest(referencePointer(reference).at(-1) ?? "", names);
    return { pointer: [...pointer, "$ref"], message: `Nothing stands at '${reference}'.${didYouMean(near)}` };
  }
  if (rule === "no-required-schema-properties-undefined") {
    const name = String(valueAt(document, pointer));
    const schema = valueAt(document, pointer.slice(0, -2)) as Schema | undefined;
    const near = nearest(name, Object.keys((schema?.properties as object | undefined) ?? {}));
    return { pointer, message: `Required property '${name}' is not defined.${didYouMean(near)}` };
  }
  return { pointer, message: `${message}${didYouMean(suggest[0])}` };
}

function pointerOf(location: string): Pointer {
  return location === "#/" ? [] : referencePointer(location);
}

function plain(message: string): string {
  return message.trim().replaceAll("`", "'");
}
