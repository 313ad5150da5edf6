import { type ContractDocument, referencePointer, valueAt } from "../../../server/contract/document.ts";
import type { Pointer } from "../diagnostic.ts";
import { isMalformed } from "./references/references.ts";

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

/** The objects of served operations. Others belong to webhooks and callbacks, which are only typed, or are not used. */
export function servedNodes(document: ContractDocument, nodes: Nodes): Nodes {
  const callbacks = new Set<unknown>(nodes.get("Callback")?.map(({ value }) => value));
  const served = new Set<unknown>([document.paths]);
  // A set also iterates over what is added to it meanwhile.
  for (const value of served) {
    const { $ref } = Object(value);
    // A `$ref` can also be data.
    const isReference = typeof $ref === "string" && $ref.startsWith("#/") && !isMalformed($ref);
    const target = isReference ? valueAt(document, referencePointer($ref)) : null;
    for (const member of [target, ...Object.values(Object(value))]) {
      if (typeof member === "object" && !callbacks.has(member)) served.add(member);
    }
  }
  return new Map([...nodes].map(([type, found]) => [type, found.filter(({ value }) => served.has(value))]));
}

/** The segments of a JSON pointer (RFC 6901) or of its fragment form; Redocly's pointer of the root is "#/". */
export function pointerOf(location: string): string[] {
  const segments = location.replace(/^#/, "").split("/").slice(1);
  if (location === "#/") return [];
  return segments.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}
