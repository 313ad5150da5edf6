import type { ErrorObject } from "ajv/dist/2020.js";
import { type ContractDocument, resolve, type Schema } from "./document.ts";

/** Whether a violation is a missing property that requests (`readOnly`) or responses (`writeOnly`) do not have. */
export function isAbsent(
  document: ContractDocument,
  { keyword, params, parentSchema }: ErrorObject,
  direction: "readOnly" | "writeOnly",
): boolean {
  if (keyword !== "required") return false;
  const property: Schema = Object(Object(parentSchema?.properties)[params.missingProperty]);
  const { $ref, ...own } = property;
  // Ajv reports references as the contract's validators have them, with an absolute URI.
  const target = typeof $ref === "string" && resolve<Schema>(document, { $ref: $ref.replace(/^[^#]*/, "") });
  return [own, Object(target)].some((schema) => schema[direction] === true);
}
