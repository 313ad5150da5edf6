import { type ContractDocument, resolve, type Schema, successKeys } from "../../../server/contract/document.ts";
import { type DeclaredResponse, type Operation, readOperations } from "../../../server/contract/operations.ts";
import { headersType, statusType } from "../types/response-types.ts";
import { alternativesOf } from "./credentials.ts";
import { camelCase, labelOf } from "./names.ts";

/** Types of the client's methods and of what they need at run time. */
export const ROUTE_TYPE = `export interface Route {
  method: string;
  /** Path template: \`/v1/users/{userId}\`. */
  path: string;
  /** The header Accept: JSON, if a response has it. */
  accept: string;
  /** Contents of the 2xx responses: \`JSON object\`, \`JSON\`, \`empty body\`, and other media types or their first part. */
  returns: readonly string[];
  /** Media type of the request body. Absent if the operation has no body. */
  body?: string;
  /** By its method, or by \`x-idempotent\`. */
  isIdempotent?: boolean;
  /** Path parameters that may be other values than strings. */
  values?: readonly string[];
  /** Query parameters with \`explode: false\`: the items of an array are joined by commas. */
  joined?: readonly string[];
  /** The first alternative whose secrets are given is used. Absent if the operation needs no credentials. */
  security?: readonly Alternative[];
}
`;

/** The client's method of an operation: \`list-users\`, \`ListUsers\` and \`list users\` → \`listUsers\`. */
export function methodName({ id }: Operation): string {
  return camelCase(id);
}

/** ROUTES, by the names of the methods. */
export function routesOf(document: ContractDocument): Record<string, ReturnType<typeof routeOf>> {
  const operations = readOperations(document);
  return Object.fromEntries(operations.map((operation) => [methodName(operation), routeOf(document, operation)]));
}

/** Absent members keep client bundles small. */
function routeOf(document: ContractDocument, operation: Operation) {
  const { method, template, requestBody, isIdempotent, parameters } = operation;
  const joined = parameters.filter((parameter) => parameter.in === "query" && !parameter.explode);
  const values = parameters.filter((parameter) => parameter.in === "path" && !isText(document, parameter.schema));
  const successes = successesOf(operation).map(([, declared]) => declared);
  const accepted = successes.flatMap((declared) => acceptedTypes(declared));
  const returns = successes.flatMap((declared) => contentsOf(document, declared));
  return {
    method,
    path: template,
    accept: accepted.length > 0 ? [...new Set(accepted)].join(", ") : "application/json",
    returns: [...new Set(returns)],
    ...(requestBody && { body: bodyType(requestBody.mediaTypes) }),
    ...(isIdempotent && { isIdempotent }),
    ...(values.length > 0 && { values: values.map(({ name }) => name) }),
    ...(joined.length > 0 && { joined: joined.map(({ name }) => name) }),
    ...(operation.security.length > 0 && { security: alternativesOf(document, operation) }),
  };
}

/** The row of Methods: arguments before the options, the options' own types, and the data of 2xx responses. */
export function methodType(operation: Operation, name: string): string {
  const { id, template, requestBody } = operation;
  const type = `operations[${JSON.stringify(id)}]`;
  const segments = Array.from(template.matchAll(/\{([^}]+)\}/g), ([, parameter = ""]) => parameter);
  const list = segments.map((segment) => `${labelOf(segment)}: ${name}Path[${JSON.stringify(segment)}]`);
  if (requestBody) {
    const content = `NonNullable<${type}["requestBody"]>["content"][${JSON.stringify(sentType(requestBody.mediaTypes))}]`;
    list.push(`body${requestBody.required ? "" : "?"}: ${content}`);
  }
  const statuses = Object.keys(operation.responses);
  const results = successesOf(operation).map(([status, declared]) => {
    const members = [`status: ${statusType(status, statuses)}`, `headers: ${headersType(declared)}`];
    return `\n      | { ${members.join("; ")}; data: ${dataType(type, status, declared)} }`;
  });
  return `  ${JSON.stringify(methodName(operation))}: {
    arguments: [${list.join(", ")}];
    query: ${name}Query;
    headers: ${headersOf(operation, name)};
    results: ${results.join("") || "never"};
  };`;
}

/** The client sends X-Request-Id with each request; its value is an option of its own. */
function headersOf({ parameters }: Operation, name: string): string {
  const own = parameters.find((parameter) => parameter.in === "header" && parameter.key === "x-request-id");
  return own ? `Omit<${name}Headers, ${JSON.stringify(own.name)}>` : `${name}Headers`;
}

export function successesOf({ responses }: Operation): [status: string, declared: DeclaredResponse][] {
  const keys = successKeys(Object.keys(responses));
  return Object.entries(responses).filter(([key]) => keys.includes(key));
}

export function isJson(mediaType: string): boolean {
  return /[/+]json$/i.test(mediaType);
}

/** The declared media type that is sent; the others are alternatives for other clients. */
export function sentType(mediaTypes: readonly string[]): string {
  const [first = "application/json"] = mediaTypes;
  return mediaTypes.includes("application/json") ? "application/json" : first;
}

/** A range such as `application/*+json` includes this name. */
function bodyType(mediaTypes: readonly string[]): string {
  return sentType(mediaTypes).replace("*+json", "x+json");
}

/** The first JSON type, or every type if there is none. */
function acceptedTypes({ mediaTypes }: DeclaredResponse): readonly string[] {
  const json = mediaTypes.find(isJson);
  return json === undefined ? mediaTypes : [json];
}

function contentsOf(document: ContractDocument, { mediaTypes, schemas }: DeclaredResponse): readonly string[] {
  if (mediaTypes.length === 0) return ["empty body"];
  const json = mediaTypes.find(isJson);
  if (json === undefined) return mediaTypes.map((mediaType) => mediaType.toLowerCase().replace(/\*.*/, ""));
  return [isObject(document, schemas[json] ?? {}) ? "JSON object" : "JSON"];
}

export function isObject(document: ContractDocument, schema: Schema): boolean {
  const { type, allOf = [] } = resolve<Schema>(document, schema);
  return type === "object" || (allOf as Schema[]).some((part) => isObject(document, part));
}

function isText(document: ContractDocument, schema: Schema): boolean {
  const { type, allOf = [] } = resolve<Schema>(document, schema);
  return type === "string" || (allOf as Schema[]).some((part) => isText(document, part));
}

/** The type of the data of a response. */
export function dataType(type: string, status: string, declared: DeclaredResponse): string {
  if (declared.mediaTypes.length === 0) return "undefined";
  const json = declared.mediaTypes.find(isJson);
  if (json === undefined) return declared.mediaTypes.map(rawType).join(" | ");
  const key = /^\d+$/.test(status) ? status : JSON.stringify(status);
  return `${type}["responses"][${key}]["content"][${JSON.stringify(json)}]`;
}

function rawType(mediaType: string): string {
  if (mediaType.startsWith("*")) return "string | Uint8Array";
  return mediaType.startsWith("text/") ? "string" : "Uint8Array";
}
