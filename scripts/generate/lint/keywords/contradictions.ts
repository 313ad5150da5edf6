import type { Schema } from "../../../../server/contract/document.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";

const RULE = "schema-contradiction";

const BOUNDS = [
  ["minLength", "maxLength"],
  ["minItems", "maxItems"],
  ["minContains", "maxContains"],
  ["minProperties", "maxProperties"],
  ["minimum", "maximum"],
  ["minimum", "exclusiveMaximum"],
  ["exclusiveMinimum", "maximum"],
  ["exclusiveMinimum", "exclusiveMaximum"],
] as const;

/** A lower bound above the upper bound, or equal to it while one of the two is exclusive: no value is valid. */
export function checkBounds(schema: Schema, pointer: Pointer): Finding[] {
  return BOUNDS.flatMap(([low, high]) => {
    const [min, max] = [schema[low], schema[high]];
    const isExclusive = `${low} ${high}`.includes("exclusive");
    if (typeof min !== "number" || typeof max !== "number" || min < max || (min === max && !isExclusive)) return [];
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

/** Values of `const` and `enum` that the type excludes. */
export function checkConstants(schema: Schema, pointer: Pointer): Finding[] {
  if (schema.type === undefined) return [];
  const types = [schema.type].flat().map(String);
  const listed = Array.isArray(schema.enum) ? schema.enum : [];
  const values = listed.map((value, index): [Pointer, unknown] => [["enum", String(index)], value]);
  if (schema.const !== undefined) values.push([["const"], schema.const]);
  return values.flatMap(([place, value]) => {
    if (typesOf(value).some((type) => types.includes(type))) return [];
    const message = `${JSON.stringify(value)} is not of the type ${types.join(", ")}. Correct it, or the type.`;
    return [{ pointer: [...pointer, ...place], rule: RULE, message }];
  });
}

/** The names in JSON Schema of a value's type. */
function typesOf(value: unknown): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  return Number.isInteger(value) ? ["integer", "number"] : [typeof value];
}

/** An object that must have more properties than it may have. */
export function checkMembers(schema: Schema, pointer: Pointer): Finding[] {
  const { required, properties, minProperties, maxProperties, additionalProperties, patternProperties } = schema;
  const finding = (member: string, message: string) => [{ pointer: [...pointer, member], rule: RULE, message }];
  const names: unknown[] = Array.isArray(required) ? required : [];
  const defined: Schema = Object(properties);
  const forbidden = names.find((name) => defined[String(name)] === false);
  if (forbidden !== undefined) {
    return finding("required", `'${forbidden}' is required, but its schema is false. Remove one of them.`);
  }
  if (names.length > Number(maxProperties)) {
    const message = `'maxProperties' is ${maxProperties}, but ${names.length} properties are required. Correct one of them.`;
    return finding("maxProperties", message);
  }
  const count = Object.keys(defined).length;
  if (additionalProperties !== false || patternProperties !== undefined || !(Number(minProperties) > count)) return [];
  return finding(
    "minProperties",
    `'minProperties' is ${minProperties}, but the object can have only ${count}. Correct it.`,
  );
}
