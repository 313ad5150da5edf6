import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import type { Schema } from "./document.ts";
import { numberText } from "./numbers.ts";
import type { Operation } from "./operations.ts";
import { type Parameter, safeName } from "./parameters.ts";
import type { Address } from "./request-document.ts";
import { badRequest, isBadRequest } from "./violations.ts";

/** The parameters and the body of a validated request, with the types of the contract and the contract's names. */
export function validatedRequest(request: Request, { parameters }: Operation) {
  const { query, headers, body } = request;
  // Express resets `params` for each middleware. The validator keeps those it has validated.
  const { openapi: { pathParams = {} } = {} } = request as { openapi?: { pathParams?: Record<string, unknown> } };
  const sent: Record<Parameter["in"], Record<string, unknown>> = { path: pathParams, query, header: headers };
  const values: typeof sent = { path: {}, query: {}, header: {} };
  for (const { in: place, name, key } of parameters) {
    if (sent[place][key] !== undefined) values[place][name] = sent[place][key];
  }
  return { path: values.path, query: values.query, headers: values.header, body };
}

/** `maxItems` of an array at a place of a body. */
export interface Limit {
  pointer: readonly string[];
  max: number;
}

/** Calls the steps of the request's operation. A Router would need the timers, which tests may have replaced. */
export function inTurn(steps: ReadonlyMap<Operation, readonly RequestHandler[]>): RequestHandler {
  return (request, response, next) => {
    const { operation } = response.locals;
    const handlers = steps.get(operation);
    if (!handlers) throw new Error(`The validator does not know ${operation.id}.`);
    const call = (index: number, error?: unknown): void => {
      const handler = handlers[index];
      if (error !== undefined || !handler) next(error);
      else handler(request, response, (thrown?: unknown) => call(index + 1, thrown));
    };
    call(0);
  };
}

/** Gives a request of the operation its address in the validator's document. */
export function addressed(operation: Operation, address: Address): RequestHandler {
  const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
  return (request, response, next) => {
    const { encodedPath, requestMediaType, bodyText } = response.locals;
    // A plus is a space in a query only.
    const encoded = (name: string): string => (encodedPath[name] ?? "").replaceAll("+", "%2B");
    const values = inPath.map((parameter) => `/${readText(parameter, encoded(parameter.name))}`).join("");
    request.url = (bodyText === undefined ? address.withoutBody : address.withBody) + values + safeQuery(response);
    request.originalUrl = request.url;
    request.headers["content-type"] = address.mediaTypes[requestMediaType];
    readHeaders(request, operation);
    next();
  };
}

/** The validator does not split the arrays in headers. */
function readHeaders({ headers }: Request, { parameters }: Operation): void {
  for (const { in: place, key, isArray, hasNumbers } of parameters) {
    const value = headers[key];
    if (place !== "header" || typeof value !== "string") continue;
    const read = hasNumbers ? numberText : (text: string) => text;
    headers[key] = isArray ? value.split(",").map((item) => read(item.trim())) : read(value);
  }
}

/** The encoded text of a parameter for the validator. */
function readText({ hasNumbers, isArray }: Parameter, encoded: string): string {
  if (!hasNumbers) return encoded;
  const texts = isArray ? encoded.split(/,|%2C/i) : [encoded];
  return texts.map((text) => encodeURIComponent(numberText(decode(text)))).join(",");
}

/** The declared parameters of the query, with safe names. */
function safeQuery({ locals }: Response): string {
  const pairs = pairsIn(locals).flatMap(({ name, value, declared }) =>
    declared ? `${safeName(name)}=${readText(declared, value)}` : [],
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function pairsIn({ queryText, operation }: Response["locals"]) {
  const inQuery = (operation as Operation).parameters.filter((parameter) => parameter.in === "query");
  const byName = new Map(inQuery.map((parameter) => [parameter.name, parameter]));
  const pairs: string[] = queryText.split("&").filter((pair: string) => pair !== "");
  return pairs.map((pair) => {
    const [encoded = "", ...value] = pair.split("=");
    const name = decode(encoded);
    return { name, value: value.join("="), declared: byName.get(name) };
  });
}

/** Undeclared parameters of the query. The validator would report the first one only, and nothing else. */
function unknownIn({ locals }: Response): { path: string; message: string }[] {
  if (locals.operation.allowsUnknownQuery) return [];
  const names = pairsIn(locals).flatMap(({ name, declared }) => (declared ? [] : name));
  const message = "must NOT be sent: the operation has no such parameter";
  return [...new Set(names)].map((name) => ({ path: `/query/${safeName(name)}`, message }));
}

export const rejectUnknown: RequestHandler = (_request, response, next) => {
  if (unknownIn(response).length === 0) return next();
  throw badRequest([]);
};

/** Lists undeclared parameters before the violations that the validator has found. */
export const addUnknown: ErrorRequestHandler = (thrown, _request, response, next) => {
  // Any other error can come before the operation is known.
  const unknown = isBadRequest(thrown) ? unknownIn(response) : [];
  next(unknown.length > 0 ? badRequest([...unknown, ...thrown.errors]) : thrown);
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/**
 * Rejects a body with more items than `maxItems` before it is validated, because the validator takes about 1 µs for each
 * item. Checks the arrays in properties, not those in items of other arrays.
 */
export function arrayLimits(limits: ReadonlyMap<Schema, readonly Limit[]>): RequestHandler {
  return ({ body }, { locals: { operation, requestMediaType } }, next) => {
    const schema = operation.requestBody?.schemas[requestMediaType];
    const errors = ((schema && limits.get(schema)) ?? []).flatMap(({ pointer, max }) => {
      const value = pointer.reduce<unknown>((parent, name) => Object(parent)[name], body);
      if (!Array.isArray(value) || value.length <= max) return [];
      return [{ path: ["/body", ...pointer].join("/"), message: `must NOT have more than ${max} items` }];
    });
    if (errors.length === 0) return next();
    throw badRequest(errors);
  };
}
