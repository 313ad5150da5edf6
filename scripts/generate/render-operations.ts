import {
  type Content,
  type ContractDocument,
  operationsOf,
  type Reference,
  type RequestBodyObject,
  type ResponseObject,
  resolve,
} from "../../server/contract/document.ts";

/** The registered ones (https://www.iana.org/assignments/http-status-codes): any other number would be a slip. */
const ERROR_STATUS = `/** What \`default\` stands for, but for those an operation declares; whatever is no error is declared by number. */
export type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416 | 417 | 421
  | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451
  | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 511;

`;

type FoundOperation = ReturnType<typeof operationsOf>[number];

/** The contract's operations as types (request, closed union of responses, handler table) and as constants. */
export function renderOperations(document: ContractDocument): string {
  const operations = operationsOf(document);
  const constants = Object.fromEntries(operations.map((found) => [nameOf(found), constantsOf(document, found)]));
  const routes = Object.fromEntries(
    operations.map((found) => [nameOf(found), { method: found.method, path: found.path }]),
  );
  const schemes = Object.fromEntries(
    Object.entries(document.components.securitySchemes).map(([name, { type, scheme, in: place, name: header }]) => [
      name,
      type === "apiKey" ? { type, in: place, name: header } : { type, scheme },
    ]),
  );
  const hasDefault = operations.some(({ operation }) => operation.responses?.default);
  return `import type { operations } from "./types.ts";

${hasDefault ? ERROR_STATUS : ""}${operations.map((found) => typesOf(document, found)).join("\n")}
/** Path parameters, body and responses of each operation. */
export interface Operations {
${operations.map(nameOf).map(tableRow).join("\n")}
}

/** One handler for each operation: a missing one, an extra one or an undeclared status does not compile. */
export type Handlers<Context> = {
  [Id in keyof Operations]: (
    request: Pick<Operations[Id], "path" | "body">,
    context: Context,
  ) => Promise<Operations[Id]["response"]>;
};

export interface OperationConstants {
  method: string;
  /** The path template, as in the contract. */
  path: string;
  /** Alternatives of schemes that must all hold; an empty one needs no credentials. */
  security: readonly (readonly (keyof typeof SECURITY_SCHEMES)[])[];
  /** Any one of these suffices; none are needed where the list is empty. */
  permissions: readonly string[];
  requestMediaTypes: readonly string[];
  requestExamples: readonly string[];
  responses: Readonly<Record<number, ResponseConstants>> & { readonly default?: ResponseConstants };
}

export interface ResponseConstants {
  mediaTypes: readonly string[];
  headers: readonly string[];
  examples: readonly string[];
}

/** Where each operation is found; apart from the rest, so that a caller's bundle holds no more than it needs. */
export const ROUTES = ${JSON.stringify(routes, null, 2)} as const satisfies Record<
  keyof Operations,
  Pick<OperationConstants, "method" | "path">
>;

export const SECURITY_SCHEMES = ${JSON.stringify(schemes, null, 2)} as const;

export const OPERATIONS = ${JSON.stringify(constants, null, 2)} as const satisfies Record<
  keyof Operations,
  OperationConstants
>;
`;
}

function nameOf({ operation }: FoundOperation): string {
  return operation.operationId ?? "";
}

function typesOf(document: ContractDocument, found: FoundOperation): string {
  const name = nameOf(found);
  const type = `operations["${name}"]`;
  const path = found.path.includes("{") ? `${type}["parameters"]["path"]` : "Record<string, never>";
  const body = found.operation.requestBody
    ? `NonNullable<${type}["requestBody"]>["content"][keyof NonNullable<${type}["requestBody"]>["content"]]`
    : "undefined";
  const responses = found.operation.responses ?? {};
  const union = Object.entries(responses).map(([key, response]) => {
    const mediaType = Object.keys(resolve<ResponseObject>(document, response).content ?? {})[0];
    const isDefault = key === "default";
    const status = isDefault ? errorsBut(Object.keys(responses)) : key;
    if (!mediaType) return `  | { status: ${status}; body?: undefined }`;
    return `  | { status: ${status}; body: ${type}["responses"][${isDefault ? '"default"' : key}]["content"]["${mediaType}"] }`;
  });
  return `export type ${name}Path = ${path};
export type ${name}Request = ${body};
/** Every response the contract declares. */
export type ${name}Response =
${union.join("\n")};
`;
}

/** The statuses that `default` stands for beside others. */
function errorsBut(declared: string[]): string {
  const errors = declared.filter((status) => Number(status) >= 400);
  return errors.length > 0 ? `Exclude<ErrorStatus, ${errors.join(" | ")}>` : "ErrorStatus";
}

function tableRow(name: string): string {
  return `  ${name}: { path: ${name}Path; body: ${name}Request; response: ${name}Response };`;
}

function constantsOf(document: ContractDocument, { path, method, operation }: FoundOperation) {
  const request = resolve<RequestBodyObject>(document, operation.requestBody ?? { content: {} }).content;
  const declared = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const { content = {}, headers = {} } = resolve<ResponseObject>(document, response as ResponseObject | Reference);
    return [
      status,
      { mediaTypes: Object.keys(content), headers: Object.keys(headers), examples: exampleNames(content) },
    ];
  });
  return {
    method,
    path,
    security: (operation.security ?? []).map((requirement) => Object.keys(requirement)),
    permissions: operation["x-required-permissions"] ?? [],
    requestMediaTypes: Object.keys(request),
    requestExamples: exampleNames(request),
    responses: Object.fromEntries(declared),
  };
}

function exampleNames(content: Content): string[] {
  return [...new Set(Object.values(content).flatMap(({ examples }) => Object.keys(examples ?? {})))];
}
