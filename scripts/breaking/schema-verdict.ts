import { isDeepStrictEqual } from "node:util";
import type { ContractDocument, Schema } from "../../server/contract/document.ts";
import type { Flow, Impact, WireChange } from "./change.ts";
import { graphOf, isAnnotation } from "./inclusion/graph.ts";
import { isIncluded } from "./inclusion/includes.ts";
import { type Pair, type Place, placeOf } from "./schema-place.ts";

/** Keywords that have an effect together. */
const GROUPS = [
  ["if", "then", "else"],
  ["contains", "minContains", "maxContains"],
  ["items", "prefixItems"],
  ["maximum", "exclusiveMaximum"],
  ["minimum", "exclusiveMinimum"],
];
/**
 * Returns a function that judges changes of schemas by their values: a change breaks callers if old requests, or new
 * responses, are not provably accepted after it. Neither the whole schema nor the change alone may be proven.
 */
export function schemaVerdicts(base: ContractDocument, revision: ContractDocument) {
  const graphs: Pair = { old: graphOf(base), fresh: graphOf(revision) };
  return (change: WireChange, flows: readonly Flow[]): WireChange => {
    const place = placeOf(graphs, change);
    if (!place?.keyword || flows.length === 0) return change;
    const isAnnotated = isAnnotation(place.keyword);
    const impact = isAnnotated ? "patch" : impactOn(versionsOf(place, change), flows);
    if (impact === "major") return { ...change, wire: impact, rule: ruleOf(change, place.keyword) };
    return change.wire === "major" ? { ...change, wire: impact, rule: `${place.keyword}-modified` } : change;
  };
}

/** The schemas that contain the changed part, and the innermost one with this change only. */
function versionsOf(place: Place, change: WireChange): Pair[] {
  const inner = place.pairs.at(-1);
  const fresh = inner && withChange(inner, place, change);
  return inner && fresh && !isDeepStrictEqual(inner.old, fresh)
    ? [...place.pairs, { old: inner.old, fresh }]
    : place.pairs;
}

function impactOn(versions: readonly Pair[], flows: readonly Flow[]): Impact {
  const compatible = versions.filter((pair) => isCompatible(pair, flows));
  if (compatible.length === 0) return "major";
  return compatible.some(({ old, fresh }) => isCompatible({ old: fresh, fresh: old }, flows)) ? "patch" : "minor";
}

/** The rule of the differ, or one for a change that the differ does not find breaking. */
function ruleOf({ wire, rule, keyword = "", from, to }: WireChange, changed: string): string {
  if (wire === "major") return rule;
  if (to === true && keyword === "readOnly") return "property-became-read-only";
  if (to === true && keyword === "writeOnly") return "property-became-write-only";
  if (from === true && keyword === "readOnly") return "required-properties-added";
  return changed === "not" || changed === "if" ? "schema-condition-changed" : "schema-constraint-changed";
}

function isCompatible({ old, fresh }: Pair, flows: readonly Flow[]): boolean {
  return flows.every((flow) => (flow === "request" ? isIncluded(old, fresh, flow) : isIncluded(fresh, old, flow)));
}

/** The old schema with this change only. */
function withChange({ old, fresh }: Pair, { keyword = "", name }: Place, change: WireChange): Schema {
  if (keyword === "required" && name !== undefined) {
    const names = new Set([old.required ?? []].flat());
    const isRequired = [fresh.required ?? []].flat().includes(name);
    return { ...old, required: Array.from(isRequired ? names.add(name) : names.difference(new Set([name]))) };
  }
  if (name !== undefined && change.keyword !== "key") {
    return { ...old, [keyword]: withMembers(Object(old[keyword]), Object(fresh[keyword]), [name]) };
  }
  return withMembers(old, fresh, GROUPS.find((group) => group.includes(keyword)) ?? [keyword]);
}

function withMembers(old: Schema, fresh: Schema, names: readonly string[]): Schema {
  const kept = Object.entries(old).filter(([name]) => !names.includes(name));
  const changed = Object.entries(fresh).filter(([name]) => names.includes(name));
  return Object.fromEntries([...kept, ...changed]);
}
