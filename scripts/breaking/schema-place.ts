import { isDeepStrictEqual } from "node:util";
import type { Schema } from "../../server/contract/document.ts";
import type { Pointer } from "../generate/diagnostic.ts";
import type { WireChange } from "./change.ts";
import { isAnnotation } from "./inclusion/graph.ts";

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
/** Keywords with a list of schemas that can be compared if the others in the list are the same. */
const LISTS = ["allOf", "anyOf"];
/** Keywords whose schemas apply to the value itself, so they evaluate members for `unevaluatedProperties` around them. */
const IN_PLACE = ["allOf", "anyOf", "dependentSchemas", "else", "then"];
/** Keywords that have an effect on the object that contains the property. */
const OF_OWNER = ["readOnly", "required", "writeOnly"];
const OWNERS = ["content", "headers", "parameters"];

/** The two versions of a schema. */
export interface Pair {
  old: Schema;
  fresh: Schema;
}

/** A schema that contains the changed part. */
export interface Level extends Pair {
  /** The keyword that contains the change. */
  keyword: string | undefined;
  /** The name below the keyword, if it has names. */
  name: string | undefined;
}

export interface Place {
  /** From the outermost schema to the innermost one. */
  levels: Level[];
  /** Whether the change is in an annotation, at any depth. */
  isAnnotated: boolean;
}

/** Undefined for a part that is no schema of a served body, parameter or header. */
export function placeOf(
  graphs: Pair,
  { use, keyword, isRemoved }: Pick<WireChange, "use" | "keyword" | "isRemoved">,
): Place | undefined {
  const side = isRemoved ? "old" : "fresh";
  const [inOperation, inSchema] = splitAtSchema(use);
  const root = descend(graphs, inOperation, side);
  if (!root || !inSchema) return undefined;
  const isAnnotated = keywordsOn([...inSchema, keyword ?? []].flat()).some(isAnnotation);
  return { levels: levelsOf(root, inSchema, keyword, side), isAnnotated };
}

/** The keywords on a path, without the names and indexes between them. */
function keywordsOn([keyword, ...inner]: readonly string[]): string[] {
  if (keyword === undefined) return [];
  const hasKeys = NAMED.includes(keyword) || keyword === "$defs" || /^\d/.test(inner[0] ?? "");
  return [keyword, ...keywordsOn(hasKeys ? inner.slice(1) : inner)];
}

/** The schemas on a path that can be compared on their own. */
function levelsOf(pair: Pair, path: string[], keyword: string | undefined, side: keyof Pair): Level[] {
  const isOfOwner = OF_OWNER.includes(String(keyword)) && path.at(-2) === "properties" && path.length === 2;
  const length = isOfOwner ? 0 : schemaPathLength(path, pair);
  const isWhole = length === path.length && keyword === undefined;
  const inner = length > 0 && !isWhole ? descend(pair, path.slice(0, length), side) : undefined;
  const level = {
    ...pair,
    ...(isOfOwner && keyword === "required" ? { keyword, name: path[1] } : memberAt(path, keyword)),
  };
  return inner ? [level, ...levelsOf(inner, path.slice(length), keyword, side)] : [level];
}

function memberAt([first, name]: readonly string[], keyword: string | undefined): Pick<Level, "keyword" | "name"> {
  return { keyword: first ?? keyword, name: first && NAMED.includes(first) ? (name ?? keyword) : undefined };
}

function splitAtSchema(use: Pointer): [outer: Pointer, inner?: string[]] {
  const at = use.findIndex((name, index) => name === "schema" && OWNERS.includes(String(use[index - 2])));
  if (at < 0 || use[0] !== "paths" || use.includes("callbacks")) return [use];
  return [use.slice(0, at + 1), use.slice(at + 1).map(String)];
}

/** The number of segments that lead to a schema that can be compared on its own; 0 if they do not. */
function schemaPathLength([keyword = "", key]: readonly string[], { old, fresh }: Pair): number {
  if (IN_PLACE.includes(keyword) && (hasUnevaluated(old) || hasUnevaluated(fresh))) return 0;
  if (COVARIANT.includes(keyword)) return 1;
  if (key === undefined) return 0;
  if (LISTS.includes(keyword)) return areOthersEqual(old[keyword], fresh[keyword], Number(key)) ? 2 : 0;
  return NAMED.includes(keyword) || keyword === "prefixItems" ? 2 : 0;
}

function areOthersEqual(old: unknown, fresh: unknown, index: number): boolean {
  if (!Array.isArray(old) || !Array.isArray(fresh)) return false;
  return isDeepStrictEqual(old.toSpliced(index, 1), fresh.toSpliced(index, 1));
}

function hasUnevaluated(schema: Schema): boolean {
  return Object.hasOwn(schema, "unevaluatedProperties") || Object.hasOwn(schema, "unevaluatedItems");
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
