import type { ValidateFunction } from "ajv/dist/2020.js";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { middleware } from "express-openapi-validator";
import { type ContractDocument, resolve, type Schema } from "./document.ts";
import type { Operation } from "./operations.ts";
import { otherBodies } from "./other-bodies.ts";
import { readAddress, requestDocument } from "./request-document.ts";
import { addressed, addUnknown, arrayLimits, inTurn, type Limit, rejectUnknown } from "./validation-steps.ts";

export type ValidationHandlers = (RequestHandler | ErrorRequestHandler)[];

type ApiDocument = Exclude<Parameters<typeof middleware>[0]["apiSpec"], string>;

interface Described {
  document: ContractDocument;
  operations: readonly Operation[];
  /** Validates bodies of requests. */
  validator: (schema: Schema) => ValidateFunction;
}

/**
 * Validates parameters and body against the contract and throws all violations at once, see `violationsIn` in
 * violations.ts.
 */
export function requestValidation({ document, operations, validator }: Described): ValidationHandlers {
  return [
    arrayLimits(limitsOf(document, operations)),
    validatorsOf(document, operations),
    ...otherBodies(document, operations, validator),
    rejectUnknown,
    addUnknown,
  ];
}

/**
 * Operations per validator. It compiles the patterns of all its paths at each request: with 200 operations in one validator
 * that took 250 µs, more than the rest of a request. A validator for each operation would take more memory.
 */
const GROUP_SIZE = 16;

function validatorsOf(document: ContractDocument, operations: readonly Operation[]): RequestHandler {
  const steps = new Map<Operation, readonly RequestHandler[]>();
  for (let start = 0; start < operations.length; start += GROUP_SIZE) {
    const group = operations.slice(start, start + GROUP_SIZE);
    const validator = validatorOf(document, group);
    for (const [index, operation] of group.entries()) {
      steps.set(operation, [addressed(operation, readAddress(operation, index)), ...validator]);
    }
  }
  return inTurn(steps);
}

/** The validator's own security is off, because it runs after the body is read. */
function validatorOf(document: ContractDocument, operations: readonly Operation[]) {
  return middleware({
    // The validator has a type of its own for documents.
    apiSpec: requestDocument(document, operations) as ApiDocument,
    $refParser: { mode: "bundle" },
    validateApiSpec: false,
    ajvFormats: { mode: "full" },
    validateRequests: { allErrors: true, allowUnknownQueryParameters: true },
    validateResponses: false,
    validateSecurity: false,
    fileUploader: false,
  });
}

/** By the schemas of bodies. */
function limitsOf(document: ContractDocument, operations: readonly Operation[]): Map<Schema, Limit[]> {
  const schemas = operations.flatMap(({ requestBody }) => Object.values(requestBody?.schemas ?? {}));
  return new Map(schemas.map((schema) => [schema, limitsIn(document, schema)]));
}

/** `open` are the schemas on the way to this one: a schema may contain itself. */
function limitsIn(document: ContractDocument, schema: Schema, pointer: string[] = [], open: Schema[] = []): Limit[] {
  const resolved = resolve<Schema>(document, schema);
  if (open.includes(resolved)) return [];
  const { properties = {}, maxItems } = resolved as { properties?: Record<string, Schema>; maxItems?: number };
  const inner = Object.entries(properties).flatMap(([name, property]) =>
    limitsIn(document, property, [...pointer, name], [...open, resolved]),
  );
  return maxItems === undefined ? inner : [{ pointer, max: maxItems }, ...inner];
}
