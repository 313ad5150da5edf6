import type { ValidateFunction } from "ajv/dist/2020.js";
import type { RequestHandler } from "express";
import { type ContractDocument, pointerSegment, referencePointer, type Schema, valueAt } from "./document.ts";
import { isExact } from "./numbers.ts";
import type { Operation } from "./operations.ts";
import { badRequest } from "./violations.ts";

/**
 * Validates the bodies that the request validator does not support: it compiles no tuple that allows fewer or more items,
 * follows references in constants, finds that 1.13 is no multiple of 0.01, and does not escape names in pointers.
 */
export function otherBodies(
  document: ContractDocument,
  operations: readonly Operation[],
  validator: (schema: Schema) => ValidateFunction,
): RequestHandler[] {
  const bodies = operations.flatMap(({ requestBody }) => Object.values(requestBody?.schemas ?? {}));
  const others = new Set(bodies.filter((schema) => !isSupported(document, schema)));
  if (others.size === 0) return [];
  const check: RequestHandler = ({ body }, { locals: { operation, requestMediaType, bodyText } }, next) => {
    const schema = operation.requestBody?.schemas[requestMediaType];
    if (!schema || !others.has(schema) || bodyText === undefined) return next();
    const validate = validator(schema);
    if (validate(body)) return next();
    const errors = (validate.errors ?? []).map(({ instancePath, params, message = "" }) => {
      const name = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
      return { path: `/body${instancePath}${name === undefined ? "" : `/${pointerSegment(name)}`}`, message };
    });
    throw badRequest(errors);
  };
  return [check];
}

/** Whether the request validator supports a schema and all to which it refers. */
export function isSupported(document: ContractDocument, schema: Schema): boolean {
  const reached = new Set<unknown>([schema]);
  for (const value of reached) {
    if (hasUnsupported(value)) return false;
    for (const [, reference = ""] of JSON.stringify(value).matchAll(/"\$ref":"(#[^"]*)"/g)) {
      const target = valueAt(document, referencePointer(reference));
      if (target !== undefined) reached.add(target);
    }
  }
  return true;
}

function hasUnsupported(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => {
    const isConstant = key === "const" || key === "enum";
    if (key === "prefixItems" || (key === "multipleOf" && !isExact(inner))) return true;
    if (key === "required" && Array.isArray(inner) && inner.some((name) => /^$|[~/]/.test(name))) return true;
    return (isConstant && JSON.stringify(inner).includes('"$ref"')) || hasUnsupported(inner);
  });
}
