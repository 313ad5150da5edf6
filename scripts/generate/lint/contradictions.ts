import type { Schema } from "../../../server/contract/document.ts";
import type { Finding, Pointer } from "../diagnostic.ts";

const RULE = "schema-contradiction";

const BOUNDS = [
  ["minLength", "maxLength"],
  ["minItems", "maxItems"],
  ["minContains", "maxContains"],
  ["minProperties", "maxProperties"],
  ["minimum", "maximum"],
  ["exclusiveMinimum", "exclusiveMaximum"],
] as const;

/** A lower bound above the upper bound: no value is valid. */
export function checkBounds(schema: Schema, pointer: Pointer): Finding[] {
  return BOUNDS.flatMap(([low, high]) => {
    const [min, max] = [schema[low], schema[high]];
    if (typeof min !== "number" || typeof max !== "number" || min <= max) return [];
    const message = `'${low}' is ${min} and '${high}' is ${max}, so no value is valid. Exchange or correct them.`;
    return [{ pointer: [...pointer, low], rule: RULE, message }];
  });
}

const NUMBER_KEYWORDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
/** The keywords that apply to values of one type only. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  string: ["minLength", "maxLength", "pattern"],
  number: NUMBER_KEYWORDS,
  integer: NUMBER_KEYWORDS,
  array: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"],
  object: [
    "properties",
    "patternProperties",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "propertyNames",
  ],
};

/** A keyword without effect, because the schema's type excludes the values to which it applies. */
export function checkApplicable(schema: Schema, pointer: Pointer): Finding[] {
  if (schema.type === undefined) return [];
  const types = [schema.type].flat().map(String);
  const applicable = types.flatMap((type) => KEYWORDS[type] ?? []);
  const unused = Object.values(KEYWORDS).flat();
  return Object.keys(schema).flatMap((keyword): Finding[] => {
    if (!unused.includes(keyword) || applicable.includes(keyword)) return [];
    const message = `'${keyword}' has no effect on the type ${types.join(", ")}. Remove it, or correct the type.`;
    return [{ pointer: [...pointer, keyword], at: "key", rule: RULE, message }];
  });
}
