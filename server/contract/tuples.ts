import type { ValidateFunction } from "ajv/dist/2020.js";
import type { RequestHandler } from "express";
import { error } from "express-openapi-validator";
import { isAbsent } from "./directions.ts";
import type { ContractDocument, Schema } from "./document.ts";

/**
 * Validates bodies in a contract with `prefixItems`. The request validator compiles none that allows fewer or more items,
 * so its document has none of these.
 */
export function tuples(document: ContractDocument, validator: (schema: Schema) => ValidateFunction): RequestHandler[] {
  if (!JSON.stringify(document).includes('"prefixItems"')) return [];
  const check: RequestHandler = ({ body }, { locals: { operation, requestMediaType, bodyText } }, next) => {
    const schema = operation.requestBody?.schemas[requestMediaType];
    if (!schema || bodyText === undefined) return next();
    const validate = validator(schema);
    validate(body);
    const errors = (validate.errors ?? []).filter((one) => !isAbsent(document, one, "readOnly"));
    if (errors.length === 0) return next();
    const violations = errors.map(({ instancePath, message }) => ({ path: `/body${instancePath}`, message }));
    throw Object.assign(new error.BadRequest({ path: "", message: "invalid items" }), { errors: violations });
  };
  return [check];
}

/** Whether a schema describes single items but allows fewer or more of them. */
export function isOpenTuple({ prefixItems, minItems, maxItems, items }: Schema): boolean {
  if (!Array.isArray(prefixItems)) return false;
  return minItems !== prefixItems.length || (items !== false && maxItems !== prefixItems.length);
}
