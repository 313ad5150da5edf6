import type { Schema } from "../../../../server/contract/document.ts";
import { didYouMean, nearest } from "../../../../server/nearest.ts";
import type { Finding, Pointer } from "../../diagnostic.ts";

const COMPOSING = ["$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"];
const COMPOSED = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/** The validators look for a required property in the prototype as well. */
export function checkRequiredNames({ required, dependentRequired }: Schema, pointer: Pointer): Finding[] {
  const lists: [Pointer, unknown][] = [[["required"], required]];
  for (const [key, names] of Object.entries(Object(dependentRequired))) lists.push([["dependentRequired", key], names]);
  return lists.flatMap(([place, names]) =>
    (Array.isArray(names) ? names : []).flatMap((name, index): Finding[] => {
      if (!(String(name) in {})) return [];
      const message = `'${name}' is a member of every object in JavaScript. Choose another name.`;
      return [{ pointer: [...pointer, ...place, index], rule: "name", message }];
    }),
  );
}

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
