import { isDeepStrictEqual } from "node:util";
import type { Schema } from "../../../server/contract/document.ts";
import type { Flow } from "../change.ts";
import { ARRAYS } from "./arrays.ts";
import { ASSERTIONS, isImplied } from "./assertions.ts";
import { allowsType, type Case, type Check, casesOf, isValid, type Proof, schemaOf } from "./cases.ts";
import { isAnnotation } from "./graph.ts";
import { OBJECTS } from "./objects.ts";

/** Keywords whose effect depends on other keywords of the schema. */
const DEPENDENT = [
  "additionalProperties",
  "contains",
  "if",
  "items",
  "required",
  "unevaluatedItems",
  "unevaluatedProperties",
];
/** A proof of more steps is given up. */
const MOST_STEPS = 20_000;

/**
 * Whether a proof succeeds that every value of `given` is accepted by `accepted`, both from `graphOf`. It can fail although
 * the values are accepted, for example for different patterns.
 */
export function isIncluded(given: Schema, accepted: Schema, flow: Flow): boolean {
  const ids = new Map<Schema, number>();
  const idOf = (schema: Schema) => ids.get(schema) ?? ids.set(schema, ids.size).size - 1;
  // A pair inside of its own proof is assumed to hold (recursive schemas).
  const assumed = new Set<string>();
  let steps = 0;
  const includes: Proof["includes"] = (schemas, value) => {
    const schema = schemaOf(value);
    const key = `${schemas.map(idOf).toSorted()} in ${idOf(schema)}`;
    if (schemas.some((one) => isDeepStrictEqual(one, schema)) || assumed.has(key)) return true;
    steps += 1;
    if (steps > MOST_STEPS) return false;
    assumed.add(key);
    const holds = casesOf(schemas).every((found) => accepts(found, schema, proof));
    if (!holds) assumed.delete(key);
    return holds;
  };
  const proof: Proof = { flow, includes };
  return includes([given], accepted);
}

function accepts(found: Case, schema: Schema, proof: Proof): boolean {
  return Object.entries(schema).every(([keyword, value]) => {
    if (isAnnotation(keyword)) return true;
    const isSame = (given: Schema) => isDeepStrictEqual(given[keyword], value);
    if (!DEPENDENT.includes(keyword) && found.schemas.some(isSame)) return true;
    if (Object.hasOwn(ASSERTIONS, keyword)) return isImplied(found, keyword, value);
    const check = CHECKS[keyword];
    return check === undefined || check(found, value as never, proof, schema);
  });
}

const CHECKS: Readonly<Record<string, Check>> = {
  ...ARRAYS,
  ...OBJECTS,
  type: ({ type }, value) => allowsType({ type: value }, type),
  const: ({ constant }, value) => constant !== undefined && isDeepStrictEqual(constant.value, value),
  enum: ({ constant }, values: unknown[]) =>
    constant !== undefined && values.some((value) => isDeepStrictEqual(constant.value, value)),
  allOf: (found, schemas: unknown[], proof) => schemas.every((schema) => accepts(found, schemaOf(schema), proof)),
  anyOf: (found, schemas: unknown[], proof) => schemas.some((schema) => accepts(found, schemaOf(schema), proof)),
  oneOf: (found, schemas: unknown[], proof) =>
    schemas.some((schema, index) => {
      if (!accepts(found, schemaOf(schema), proof)) return false;
      // The author of both contracts keeps the alternatives apart.
      const isChoice = found.schemas.some(({ oneOf }) => oneOf !== undefined);
      return isChoice || schemas.every((other, at) => at === index || isDisjoint(found, schemaOf(other), proof));
    }),
  not: (found, schema, proof) => isDisjoint(found, schemaOf(schema), proof),
  if: (found, condition, proof, { then: consequence, else: alternative }) => {
    const [onlyIf, onlyThen, onlyElse] = [condition, consequence, alternative].map((part) => schemaOf(part ?? {})) as [
      Schema,
      Schema,
      Schema,
    ];
    const matches = (schema: Schema) => accepts(found, schema, proof);
    return (isDisjoint(found, onlyIf, proof) || matches(onlyThen)) && (matches(onlyElse) || matches(onlyIf));
  },
};

function isDisjoint(found: Case, schema: Schema, { includes }: Proof): boolean {
  if (found.schemas.some(({ not }) => not !== undefined && includes([schema], not))) return true;
  const constant = found.constant && [{ const: found.constant.value }];
  const common = casesOf([...found.schemas, ...(constant ?? []), schema]).filter(({ type }) => type === found.type);
  return common.every((value) => value.constant !== undefined && !isValid(assertionsOf(schema), value.constant.value));
}

function assertionsOf(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => Object.hasOwn(ASSERTIONS, keyword)));
}
