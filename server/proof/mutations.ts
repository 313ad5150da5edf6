import type { ContractDocument, Schema } from "../contract/document.ts";
import { changesOf } from "./changes.ts";
import { flat } from "./values.ts";

/** A value with one change that may violate one keyword of its schema. */
export interface Mutation {
  /** As in `minLength`. */
  keyword: string;
  /** Where a violation is to be reported: keys and indexes. */
  pointer: readonly string[];
  value: unknown;
}

const MAX_DEPTH = 6;

/** The changes of a value, outermost first. */
export function mutationsOf(
  document: ContractDocument,
  schema: unknown,
  value: unknown,
  pointer: readonly string[] = [],
): Mutation[] {
  if (pointer.length > MAX_DEPTH) return [];
  const resolved = flat(document, schema);
  const own = changesOf(resolved, value).map(({ at, ...change }) => ({
    ...change,
    pointer: [...pointer, ...(at ?? [])],
  }));
  const inner = childrenOf(resolved, value).flatMap(([key, child, childValue]) =>
    mutationsOf(document, child, childValue, [...pointer, key]).map((mutation) => ({
      ...mutation,
      value: withChild(value, key, mutation.value),
    })),
  );
  return [...own, ...inner];
}

function childrenOf({ properties, items, prefixItems }: Schema, value: unknown): [string, unknown, unknown][] {
  if (Array.isArray(value)) {
    const first: unknown[] = Array.isArray(prefixItems) ? prefixItems : [];
    const schemas = first.length < value.length && items ? [...first, items] : first.slice(0, value.length);
    return schemas.map((schema, index) => [String(index), schema, value[index]]);
  }
  const members = Object(properties) as Schema;
  return Object.entries(Object(value)).flatMap(([key, child]) =>
    Object.hasOwn(members, key) ? [[key, members[key], child] as [string, unknown, unknown]] : [],
  );
}

function withChild(value: unknown, key: string, child: unknown): unknown {
  return Array.isArray(value) ? value.with(Number(key), child) : { ...(value as object), [key]: child };
}
