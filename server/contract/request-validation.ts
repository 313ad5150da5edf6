import type { RequestHandler } from "express";
import { error, middleware } from "express-openapi-validator";
import { type ContractDocument, operationsOf, type RequestBodyObject, resolve, type Schema } from "./document.ts";
import { requestDocument } from "./request-document.ts";
import type { Violation } from "./violations.ts";

type ApiDocument = Exclude<Parameters<typeof middleware>[0]["apiSpec"], string>;

/**
 * Validates path parameters and body against the contract and throws all violations at once, see `violationsIn`. The
 * validator's own security is off, because it runs after the body is read.
 */
export function requestValidation(document: ContractDocument): RequestHandler[] {
  const validation = middleware({
    // The validator has a type of its own for documents.
    apiSpec: requestDocument(document) as ApiDocument,
    $refParser: { mode: "bundle" },
    validateApiSpec: false,
    validateRequests: { allErrors: true, allowUnknownQueryParameters: false },
    validateResponses: false,
    validateSecurity: false,
    fileUploader: false,
  });
  return [arrayLimits(document), ...validation];
}

/**
 * Rejects a body with more items than `maxItems` before it is validated, because the validator takes about 1 µs for each
 * item. Checks the arrays in properties, not those in items of other arrays.
 */
function arrayLimits(document: ContractDocument): RequestHandler {
  const limits = new Map(
    operationsOf(document).map(({ operation }) => {
      const { content } = resolve<RequestBodyObject>(document, operation.requestBody ?? { content: {} });
      const schemas = Object.entries(content).map(
        ([type, { schema = {} }]) => [type, limitsIn(document, schema)] as const,
      );
      return [operation.operationId, new Map(schemas)];
    }),
  );
  return ({ body, headers }, response, next) => {
    const found = limits.get(response.locals.operation.id)?.get(headers["content-type"] ?? "") ?? [];
    const errors = found.flatMap(({ pointer, max }) => {
      const value = pointer.reduce<unknown>((parent, name) => Object(parent)[name], body);
      if (!Array.isArray(value) || value.length <= max) return [];
      return [{ path: ["/body", ...pointer].join("/"), message: `must NOT have more than ${max} items` }];
    });
    if (errors.length === 0) return next();
    throw Object.assign(new error.BadRequest({ path: "", message: "too many items" }), { errors });
  };
}

interface Limit {
  pointer: readonly string[];
  max: number;
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

/** The violations in an error of the validator; undefined for any other error. */
export function violationsIn(error: unknown): Violation[] | undefined {
  if (!(error instanceof Error) || !("errors" in error) || !Array.isArray(error.errors)) return undefined;
  if (!("status" in error) || error.status !== 400) return undefined;
  return (error.errors as { path: string; message: string }[]).map(({ path, message }) => {
    const [, place = "", ...names] = path.split("/");
    const detail = plain(message);
    // Only declared names are reported, and the contract has no name with "/" or "~", which RFC 6901 would escape.
    if (place === "body") return { pointer: path.slice("/body".length), detail };
    return { in: place === "headers" ? "header" : "path", name: names.join("/"), detail };
  });
}

/** Rewords Ajv's messages that use its own notation. */
function plain(message: string): string {
  if (message.startsWith("must have required property")) return "must be present";
  return /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message;
}
