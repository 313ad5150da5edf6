import type { Schema } from "../../../server/contract/document.ts";
import { didYouMean, nearest } from "../../../server/nearest.ts";
import type { Finding, Pointer } from "../diagnostic.ts";

const COMPOSING = ["$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"];
const COMPOSED = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/** A required property must be defined, unless another schema can define it. */
export function checkRequired(schema: Schema, pointer: Pointer): Finding[] {
  const { required, properties } = schema;
  const isPart =
    COMPOSED.some((keyword) => pointer.includes(keyword)) || COMPOSING.some((keyword) => keyword in schema);
  if (isPart || !Array.isArray(required) || properties === undefined) return [];
  const defined = Object.keys(Object(properties));
  return required.flatMap((name, index) => {
    if (defined.includes(name)) return [];
    const message = `Required property '${name}' is not defined.${didYouMean(nearest(String(name), defined))}`;
    const place = [...pointer, "required", index];
    return [{ pointer: place, rule: "no-required-schema-properties-undefined", message }];
  });
}
