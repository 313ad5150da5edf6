import { isDeepStrictEqual } from "node:util";
import { type ContractDocument, type Schema, valueAt } from "../../server/contract/document.ts";
import type { Flow, Impact, WireChange } from "./change.ts";
import { graphOf } from "./inclusion/graph.ts";
import { isIncluded } from "./inclusion/includes.ts";
import { usesOfComponents } from "./other-uses.ts";
import { type Level, type Pair, type Place, placeOf } from "./schema-place.ts";

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
  const usesOf = usesOfComponents(graphs);
  const impactOf = (change: WireChange, { levels, isAnnotated }: Place, flows: readonly Flow[]): Impact => {
    if (isAnnotated) return "patch";
    const impact = impactOn(levels.flatMap(versionsOf(change)), flows);
    if (impact === "major" || isProven(graphs, change, levels, flows)) return impact;
    return usesOf(change).every((use) => isCompatible(use, [use.flow])) ? impact : "major";
  };
  return (change: WireChange, flows: readonly Flow[]): WireChange => {
    const place = placeOf(graphs, change);
    const keyword = place?.levels.at(-1)?.keyword;
    if (!place || !keyword || flows.length === 0) return change;
    const impact = impactOf(change, place, flows);
    if (impact === "major") return { ...change, wire: impact, rule: ruleOf(change, keyword) };
    return change.wire === "major" ? { ...change, wire: impact, rule: `${keyword}-modified` } : change;
  };
}

/** Whether there is a proof for the component itself, which holds for each use of it. */
function isProven(graphs: Pair, change: WireChange, levels: readonly Level[], flows: readonly Flow[]): boolean {
  const component = valueAt(graphs.fresh, change.place.slice(0, 3));
  const first = levels.findIndex(({ fresh }) => fresh === component);
  const inner = first < 0 ? [] : levels.slice(first).flatMap(versionsOf(change));
  return inner.some((pair) => isCompatible(pair, flows));
}

/** A schema that contains the changed part, and the same schema with this change only. */
function versionsOf(change: WireChange) {
  return (level: Level): Pair[] => {
    const fresh = withChange(level, change);
    return isDeepStrictEqual(level.old, fresh) ? [level] : [level, { old: level.old, fresh }];
  };
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
function withChange({ old, fresh, keyword = "", name }: Level, change: WireChange): Schema {
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
