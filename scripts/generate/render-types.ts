import { createConfig } from "@redocly/openapi-core";
import openapiTS, { astToString } from "openapi-typescript";
import type { ContractDocument } from "../../server/contract/document.ts";
import { type Operation, readOperations, readSecuritySchemes } from "../../server/contract/operations.ts";
import { NODE_TYPES } from "./lint/openapi-types.ts";
import { renderRootTypes } from "./root-types.ts";
import { typesDocument } from "./types-document.ts";

/** types.ts. This is the only use of openapi-typescript (no releases since 2026-09). */
export async function renderTypes(document: ContractDocument): Promise<string> {
  // The library has its own type of documents, which describes the same JSON.
  const source = typesDocument(document) as unknown as Parameters<typeof openapiTS>[0];
  // Without rules, because the linter has checked the document; extensions and examples are data.
  const plugin = { id: "contract", typeExtension: { oas3: () => NODE_TYPES } };
  const redocly = await createConfig({ rules: {}, plugins: [plugin], resolve: { doNotResolveExamples: true } });
  const options = { defaultNonNullable: false, emptyObjectsUnknown: true, redocly, silent: true };
  return `${astToString(await openapiTS(source, options))}${renderRootTypes(document)}`;
}

/** Registered error statuses, https://www.iana.org/assignments/http-status-codes. */
const ERROR_STATUS = `/** Statuses of a \`default\` response, except those the operation declares itself. */
export type ErrorStatus =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416 | 417 | 421
  | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451
  | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 511;

`;

/** operations.ts: each operation's request and response types, the handler table's type, and the constants. */
export function renderOperations(document: ContractDocument): string {
  const operations = readOperations(document);
  const hasDefault = operations.some(({ responses }) => responses.default);
  const rows = operations.map(({ id }) => `  ${id}: { path: ${id}Path; body: ${id}Request; response: ${id}Response };`);
  return `import type { operations } from "./types.ts";

${hasDefault ? ERROR_STATUS : ""}${operations.map(typesOf).join("\n")}
/** Path parameters, body and responses of each operation. */
export interface Operations {
${rows.join("\n")}
}

/** The handler table. A missing handler, an extra handler or an undeclared status does not compile. */
export type Handlers<Context> = {
  [Id in keyof Operations]: (
    request: Pick<Operations[Id], "path" | "body">,
    context: Context,
  ) => Promise<Operations[Id]["response"]>;
};

${CONSTANT_TYPES}
/** Method and path of each operation. Separate from OPERATIONS to keep client bundles small. */
export const ROUTES = ${constant(operations, routeOf)} as const satisfies Record<
  keyof Operations,
  Pick<OperationConstants, "method" | "path">
>;

export const SECURITY_SCHEMES = ${JSON.stringify(readSecuritySchemes(document), null, 2)} as const;

export const OPERATIONS = ${constant(operations, constantsOf)} as const satisfies Record<
  keyof Operations,
  OperationConstants
>;
`;
}

const CONSTANT_TYPES = `export interface OperationConstants {
  /** In lower case. */
  method: string;
  /** Path template: \`/v1/users/{userId}\`. */
  path: string;
  /** Alternatives: all schemes of one alternative are required together; an empty one needs no credentials. */
  security: readonly (readonly (keyof typeof SECURITY_SCHEMES)[])[];
  /** Any one of these is sufficient; an empty list requires no permission. */
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
`;

function typesOf({ id, template, requestBody, responses }: Operation): string {
  const type = `operations["${id}"]`;
  const path = template.includes("{") ? `${type}["parameters"]["path"]` : "Record<string, never>";
  const content = `NonNullable<${type}["requestBody"]>["content"]`;
  const statuses = Object.keys(responses);
  const union = Object.entries(responses).map(
    ([
      key,
      {
        mediaTypes: [mediaType],
      },
    ]) => {
      const isDefault = key === "default";
      const status = isDefault ? undeclaredErrors(statuses) : key;
      if (!mediaType) return `  | { status: ${status}; body?: undefined }`;
      return `  | { status: ${status}; body: ${type}["responses"][${isDefault ? '"default"' : key}]["content"]["${mediaType}"] }`;
    },
  );
  return `export type ${id}Path = ${path};
export type ${id}Request = ${requestBody ? `${content}[keyof ${content}]` : "undefined"};
/** Every response the contract declares. */
export type ${id}Response =
${union.join("\n")};
`;
}

function undeclaredErrors(statuses: string[]): string {
  const declared = statuses.filter((status) => Number(status) >= 400);
  return declared.length > 0 ? `Exclude<ErrorStatus, ${declared.join(" | ")}>` : "ErrorStatus";
}

function constant(operations: Operation[], describe: (operation: Operation) => object): string {
  return JSON.stringify(Object.fromEntries(operations.map((found) => [found.id, describe(found)])), null, 2);
}

function routeOf({ method, template }: Operation) {
  return { method: method.toLowerCase(), path: template };
}

function constantsOf(operation: Operation) {
  const { security, permissions, requestBody, responses } = operation;
  const declared = Object.entries(responses).map(([status, { mediaTypes, headers, examples }]) => [
    status,
    { mediaTypes, headers: Object.keys(headers), examples: Object.keys(examples) },
  ]);
  return {
    ...routeOf(operation),
    security,
    permissions,
    requestMediaTypes: requestBody?.mediaTypes ?? [],
    requestExamples: Object.keys(requestBody?.examples ?? {}),
    responses: Object.fromEntries(declared),
  };
}
