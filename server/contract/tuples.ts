import type { ValidateFunction } from "ajv/dist/2020.js";
import type { RequestHandler } from "express";
import type { ContractDocument, Schema } from "./document.ts";
import { badRequest } from "./violations.ts";

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
    if (validate(body)) return next();
    const errors = validate.errors ?? [];
    throw badRequest(errors.map(({ instancePath, message = "" }) => ({ path: `/body${instancePath}`, message })));
  };
  return [check];
}

/** Whether a schema describes single items but allows fewer or more of them. */
export function isOpenTuple({ prefixItems, minItems, maxItems, items }: Schema): boolean {
  if (!Array.isArray(prefixItems)) return false;
  return minItems !== prefixItems.length || (items !== false && maxItems !== prefixItems.length);
}
