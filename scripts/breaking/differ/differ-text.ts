import type { ContractDocument } from "../../../server/contract/document.ts";
import { mapKeywords } from "../../../server/contract/keywords.ts";

/** In place of `$defs` in the differ's documents. */
const DEFINITIONS = "x-nexus-sync-defs";

/**
 * A document for the differ, which reports the change of a schema at the first place that leads to it. Places at which a change
 * breaks no caller are hidden from it: definitions get the name of an extension, and mappings of discriminators lose their
 * references.
 */
export function differText(document: ContractDocument): string {
  const copy = mapKeywords(document, (key, value) => {
    const { mapping, ...others } = Object(value);
    return key === "discriminator" && mapping !== undefined ? { ...others, mapping: withNames(mapping) } : value;
  });
  return JSON.stringify(copy)
    .replaceAll('"$defs":', `"${DEFINITIONS}":`)
    .replace(/"\$ref":"[^"]*"/g, (reference) => reference.replaceAll("/$defs/", `/${DEFINITIONS}/`));
}

function withNames(mapping: unknown): object {
  const nameOf = (target: unknown) => String(target).replace("#/components/schemas/", "").replace(/[#/]+/g, " ");
  return Object.fromEntries(Object.entries(Object(mapping)).map(([value, target]) => [value, nameOf(target)]));
}

/** The differ's report with the names of the contract. */
export function fromDiffer(report: string): string {
  return report.replaceAll(DEFINITIONS, "$defs");
}
