import type { Schema } from "../../../server/contract/document.ts";
import { type Check, forType, isSameAs, schemaOf } from "./cases.ts";

/** The keywords of arrays. */
export const ARRAYS: Readonly<Record<string, Check>> = {
  prefixItems: forType("array", ({ schemas }, items: unknown[], { includes }) =>
    items.every((schema, index) => index >= mostItems(schemas) || includes(itemOf(schemas, index), schema)),
  ),
  items: forType("array", ({ schemas }, schema, { includes }, owner) => {
    const start = prefixLength([owner]);
    const end = Math.max(start, prefixLength(schemas));
    const indexes = Array.from({ length: end - start + 1 }, (_, index) => start + index);
    return indexes.every((index) => index >= mostItems(schemas) || includes(itemOf(schemas, index), schema));
  }),
  unevaluatedItems: forType("array", ({ schemas }, _, __, owner) => schemas.some(isSameAs(owner))),
  contains: forType("array", ({ schemas }, schema, { includes }, { minContains = 1, maxContains = Infinity }) => {
    const given = schemas.filter(({ contains }) => contains !== undefined);
    const isEnough = ({ contains, minContains: least = 1 }: Schema) =>
      Number(least) >= Number(minContains) && includes([schemaOf(contains)], schema);
    const isFew = ({ contains, maxContains: most = Infinity }: Schema) =>
      Number(most) <= Number(maxContains) && includes([schemaOf(schema)], contains);
    return (minContains === 0 || given.some(isEnough)) && (maxContains === Infinity || given.some(isFew));
  }),
};

function prefixLength(schemas: readonly Schema[]): number {
  return Math.max(0, ...schemas.map(({ prefixItems }) => (Array.isArray(prefixItems) ? prefixItems.length : 0)));
}

function itemOf(schemas: readonly Schema[], index: number): Schema[] {
  return schemas.flatMap(({ prefixItems, items }) => {
    const item = Object(prefixItems)[index] ?? items;
    return item === undefined ? [] : [schemaOf(item)];
  });
}

function mostItems(schemas: readonly Schema[]): number {
  return Math.min(Infinity, ...schemas.flatMap(({ maxItems }) => (typeof maxItems === "number" ? [maxItems] : [])));
}
