import { AJV, type Case, isValid } from "./cases.ts";

const NUMBERS = ["integer", "number"];

type Numbers = (keyword: string) => number[];
type Comparison = (values: Numbers, limit: number, isInteger: boolean) => boolean;

const atLeast =
  (keyword: string): Comparison =>
  (values, limit) =>
    values(keyword).some((value) => value >= limit);
const atMost =
  (keyword: string): Comparison =>
  (values, limit) =>
    values(keyword).some((value) => value <= limit);

/** Keywords that only depend on their value: the types to which they apply, and whether the numbers of a case imply one. */
export const ASSERTIONS: Readonly<Record<string, { types: string[]; isImplied: Comparison }>> = {
  minLength: {
    types: ["string"],
    isImplied: (values, limit) => limit === 0 || atLeast("minLength")(values, limit, true),
  },
  maxLength: { types: ["string"], isImplied: atMost("maxLength") },
  pattern: { types: ["string"], isImplied: () => false },
  format: { types: ["string", ...NUMBERS], isImplied: () => false },
  minItems: { types: ["array"], isImplied: (values, limit) => limit === 0 || atLeast("minItems")(values, limit, true) },
  maxItems: { types: ["array"], isImplied: atMost("maxItems") },
  uniqueItems: { types: ["array"], isImplied: (values) => values("maxItems").some((value) => value <= 1) },
  minProperties: {
    types: ["object"],
    isImplied: (values, limit) => limit === 0 || atLeast("minProperties")(values, limit, true),
  },
  maxProperties: { types: ["object"], isImplied: atMost("maxProperties") },
  minimum: {
    types: NUMBERS,
    isImplied: (values, limit, isInteger) =>
      atLeast("minimum")(values, limit, isInteger) ||
      values("exclusiveMinimum").some((value) => (isInteger ? Math.floor(value) + 1 : value) >= limit),
  },
  exclusiveMinimum: {
    types: NUMBERS,
    isImplied: (values, limit, isInteger) =>
      atLeast("exclusiveMinimum")(values, limit, isInteger) ||
      values("minimum").some((value) => (isInteger ? Math.ceil(value) : value) > limit),
  },
  maximum: {
    types: NUMBERS,
    isImplied: (values, limit, isInteger) =>
      atMost("maximum")(values, limit, isInteger) ||
      values("exclusiveMaximum").some((value) => (isInteger ? Math.ceil(value) - 1 : value) <= limit),
  },
  exclusiveMaximum: {
    types: NUMBERS,
    isImplied: (values, limit, isInteger) =>
      atMost("exclusiveMaximum")(values, limit, isInteger) ||
      values("maximum").some((value) => (isInteger ? Math.floor(value) : value) < limit),
  },
  multipleOf: {
    types: NUMBERS,
    isImplied: (values, limit, isInteger) =>
      [...values("multipleOf"), ...(isInteger ? [1] : [])].some((value) => isValid({ multipleOf: limit }, value)),
  },
};

/** Whether every value of a case satisfies an assertion. */
export function isImplied({ type, schemas, constant }: Case, keyword: string, value: unknown): boolean {
  const assertion = ASSERTIONS[keyword];
  if (!assertion?.types.includes(type)) return true;
  if (keyword === "format" && !isChecked(value, type)) return true;
  if (value === false) return true;
  if (constant) return isValid({ [keyword]: value }, constant.value);
  const values: Numbers = (name) => schemas.map((schema) => schema[name]).filter((found) => typeof found === "number");
  return assertion.isImplied(values, Number(value), type === "integer");
}

/** Whether a validator checks a format; it treats others as annotations. */
function isChecked(format: unknown, type: string): boolean {
  const definition = AJV.formats[String(format)];
  if (definition === undefined || typeof definition === "boolean") return false;
  const isForNumbers = typeof definition === "object" && "type" in definition && definition.type === "number";
  return isForNumbers === NUMBERS.includes(type);
}
