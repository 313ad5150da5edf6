import { METHODS, valueAt } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import type { Flow, WireChange } from "./change.ts";
import { type Pair, placeOf } from "./schema-place.ts";

interface Use extends Pair {
  flow: Flow;
}

/**
 * Returns a function that lists the bodies, parameters and headers whose schemas lead to the part of a component that a change
 * is in: the differ reports a change at its first use only. Empty for a change outside of the components.
 */
export function usesOfComponents(graphs: Pair): (change: WireChange) => readonly Use[] {
  let all: Use[] | undefined;
  return ({ place }) => {
    if (place[0] !== "components" || place[1] !== "schemas") return [];
    all ??= usesIn(graphs);
    // The graphs have no definitions, but the schemas that refer to them.
    if (place.includes("$defs")) return all;
    const parts = place.map((_, index) => valueAt(graphs.fresh, place.slice(0, index + 1))).slice(2);
    const targets = new Set(parts.filter((part) => typeof part === "object"));
    return all.filter(({ fresh }) => leadsTo(fresh, targets));
  };
}

function usesIn(graphs: Pair): Use[] {
  const operations = Object.entries(Object(graphs.fresh.paths)).flatMap(([path, item]) =>
    METHODS.filter((method) => method in Object(item)).map((method) => ["paths", path, method]),
  );
  const membersOf = (owner: Pointer) =>
    Object.keys(Object(valueAt(graphs.fresh, owner))).map((name): Pointer => [...owner, name]);
  const schemas = operations.flatMap((at): Pointer[] => {
    const responses = membersOf([...at, "responses"]);
    const sections = responses.flatMap((response) => [
      [...response, "content"],
      [...response, "headers"],
    ]);
    return [[...at, "parameters"], [...at, "requestBody", "content"], ...sections].flatMap(membersOf);
  });
  return schemas.flatMap((owner) => {
    const place = placeOf(graphs, { use: [...owner, "schema"], keyword: undefined, isRemoved: false });
    const flow = owner[3] === "responses" ? "response" : "request";
    return (place?.levels ?? []).map(({ old, fresh }) => ({ old, fresh, flow }));
  });
}

function leadsTo(root: unknown, targets: ReadonlySet<unknown>): boolean {
  const reached = new Set<unknown>([root]);
  // A set also iterates over what is added to it meanwhile.
  for (const value of reached) {
    if (targets.has(value)) return true;
    for (const member of Object.values(Object(value))) if (typeof member === "object") reached.add(member);
  }
  return false;
}
