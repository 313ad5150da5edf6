import type { Schema } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import type { WireChange } from "./change.ts";

/** Keywords whose schemas can be compared on their own: a schema accepts more if one of them does. */
const COVARIANT = [
  "additionalProperties",
  "else",
  "items",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const NAMED = ["dependentRequired", "dependentSchemas", "patternProperties", "properties"];
/** Keywords that have an effect on the object that contains the property. */
const OF_OWNER = ["readOnly", "required", "writeOnly"];
const OWNERS = ["content", "headers", "parameters"];

/** The two versions of a schema. */
export interface Pair {
  old: Schema;
  fresh: Schema;
}

export interface Place {
  /** The schemas that contain the changed part, from the outermost one to the innermost one. */
  pairs: Pair[];
  /** The changed keyword of the innermost schema. */
  keyword: string | undefined;
  /** The changed name, if the keyword has names. */
  name: string | undefined;
}

/** Undefined for a part that is no schema of a served body, parameter or header. */
export function placeOf(graphs: Pair, { use, keyword, isRemoved }: WireChange): Place | undefined {
  const side = isRemoved ? "old" : "fresh";
  const [inOperation, inSchema] = splitAtSchema(use);
  const root = descend(graphs, inOperation, side);
  return root && inSchema && placeIn(root, inSchema, keyword, side);
}

function placeIn(root: Pair, inSchema: string[], keyword: string | undefined, side: keyof Pair): Place {
  const isOfOwner = OF_OWNER.includes(String(keyword)) && inSchema.at(-2) === "properties";
  const { pairs, rest } = innermost([root], isOfOwner ? inSchema.slice(0, -2) : inSchema, side);
  const [first, name = keyword] = isOfOwner ? [...rest, ...inSchema.slice(-2)] : rest;
  if (isOfOwner && keyword === "required" && rest.length === 0) return { pairs, keyword, name };
  return { pairs, keyword: first ?? keyword, name: first && NAMED.includes(first) ? name : undefined };
}

function splitAtSchema(use: Pointer): [outer: Pointer, inner?: string[]] {
  const at = use.findIndex((name, index) => name === "schema" && OWNERS.includes(String(use[index - 2])));
  if (at < 0 || use[0] !== "paths" || use.includes("callbacks")) return [use];
  return [use.slice(0, at + 1), use.slice(at + 1).map(String)];
}

/** Adds the schemas on the path that can be compared on their own. */
function innermost(pairs: Pair[], path: string[], side: keyof Pair): { pairs: Pair[]; rest: string[] } {
  const length = schemaPathLength(path);
  const outer = pairs.at(-1);
  const inner = outer && length > 0 ? descend(outer, path.slice(0, length), side) : undefined;
  return inner ? innermost([...pairs, inner], path.slice(length), side) : { pairs, rest: path };
}

/** The number of segments that lead to a schema that can be compared on its own; 0 if they do not. */
function schemaPathLength([keyword = "", ...inner]: readonly string[]): number {
  if (COVARIANT.includes(keyword)) return 1;
  return inner.length > 0 && (NAMED.includes(keyword) || keyword === "prefixItems") ? 2 : 0;
}

/** The two versions of a part; `path` leads to the version of `side`. */
function descend(pair: Pair, [name, ...rest]: Pointer, side: keyof Pair): Pair | undefined {
  if (name === undefined) return pair;
  const part = memberOf(pair[side], name);
  const other = counterpartOf(part, name, pair[side === "old" ? "fresh" : "old"]);
  if (typeof part !== "object" || typeof other !== "object") return undefined;
  const next = side === "old" ? { old: part, fresh: other } : { old: other, fresh: part };
  return descend(next as Pair, rest, side);
}

function memberOf(owner: Schema, name: string | number): unknown {
  if (Object.hasOwn(owner, name)) return owner[name];
  // The target of a reference with siblings.
  const target = Array.isArray(owner.allOf) ? owner.allOf.at(-1) : undefined;
  return target && memberOf(target, name);
}

/** Parameters are the same by their name, paths by their literal segments. */
function counterpartOf(part: unknown, name: string | number, owner: Schema): unknown {
  const { in: place, name: parameter } = Object(part);
  if (Array.isArray(owner) && place) return owner.find((other) => other.in === place && other.name === parameter);
  const isSamePath = (path: string) =>
    path.replaceAll(/\{[^}]*\}/g, "{}") === String(name).replaceAll(/\{[^}]*\}/g, "{}");
  const key = String(name).startsWith("/") ? (Object.keys(owner).find(isSamePath) ?? name) : name;
  return memberOf(owner, key);
}
