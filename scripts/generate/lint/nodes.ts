import type { Pointer } from "../diagnostic.ts";

/** An object of a document and its place. The place is that of the object, not that of a reference to it. */
export interface Node<T = Record<string, unknown>> {
  pointer: Pointer;
  value: T;
}

/** The objects of a document by the name of their type in OpenAPI: "Operation", "Parameter", "Schema". */
export type Nodes = ReadonlyMap<string, readonly Node[]>;

interface Visited {
  type: { name: string };
  location: { pointer: string };
}

/** Collects nodes as a rule of Redocly, which knows the type of each object and follows references. */
export function nodeCollector() {
  const nodes = new Map<string, Node[]>();
  const places = new Set<string>();
  const collect = (value: unknown, { type: { name }, location }: Visited) => {
    const place = `${name} ${location.pointer}`;
    if (typeof value !== "object" || value === null || places.has(place)) return;
    places.add(place);
    const node = { pointer: pointerOf(location.pointer), value: value as Node["value"] };
    const known = nodes.get(name);
    if (known) known.push(node);
    else nodes.set(name, [node]);
  };
  const isSchema = ({ type }: Visited) => type.name === "Schema";
  const rule = () => ({
    any: { enter: collect },
    // A schema that consists of a reference can have other keywords as well.
    ref: { enter: (value: unknown, visited: Visited) => isSchema(visited) && collect(value, visited) },
  });
  return { nodes, rule };
}

/** The segments of a JSON pointer (RFC 6901) or of its fragment form; Redocly's pointer of the root is "#/". */
export function pointerOf(location: string): string[] {
  const segments = location.replace(/^#/, "").split("/").slice(1);
  if (location === "#/") return [];
  return segments.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}
