import { createConfig } from "@redocly/openapi-core";
import openapiTS, { astToString } from "openapi-typescript";
import type { ContractDocument } from "../../server/contract/document.ts";
import { type Operation, readOperations, readSecuritySchemes } from "../../server/contract/operations.ts";
import { renderClient } from "./client/render-client.ts";
import { NODE_TYPES } from "./lint/openapi-types.ts";
import { directedTypes } from "./types/directed-types.ts";
import { recursiveItems } from "./types/recursive-items.ts";
import { responseType } from "./types/response-types.ts";
import { renderRootTypes } from "./types/root-types.ts";
import { typesDocument } from "./types/types-document.ts";

/** types.ts. This is the only use of openapi-typescript (no releases since 2026-09). */
export async function renderTypes(document: ContractDocument): Promise<string> {
  // The library has its own type of documents, which describes the same JSON.
  const adapted = typesDocument(directedTypes(document));
  const source = adapted as unknown as Parameters<typeof openapiTS>[0];
  // Without rules, because the linter has checked the document; extensions and examples are data.
  const plugin = { id: "contract", typeExtension: { oas3: () => NODE_TYPES } };
  const redocly = await createConfig({ rules: {}, plugins: [plugin], resolve: { doNotResolveExamples: true } });
  const options = { defaultNonNullable: false, emptyObjectsUnknown: true, redocly, silent: true };
  const { postTransform, aliases } = recursiveItems(adapted);
  const nodes = await openapiTS(source, { ...options, postTransform });
  const types = astToString([...nodes, ...aliases]).replace(/^type WithRequired<[^}]*};$/m, WITH_REQUIRED);
  return `${types}${renderRootTypes(document)}`;
}

/** In place of the library's, which does not compile if the value can be null: such a type has no keys. */
const WITH_REQUIRED = "type WithRequired<T, K extends PropertyKey> = T & { [P in keyof T as P & K]-?: T[P] };";

/** operations.ts: each operation's request and response types, the handler table's type, and the constants. */
export function renderOperations(document: ContractDocument): string {
  const operations = readOperations(document);
  const rows = operations.map(({ id }) => {
    const name = typeName(id);
    const members = ["path: Path", "query: Query", "headers: Headers", "body: Request", "response: Response"];
    const typed = members.map((member) => member.replace(": ", `: ${name}`));
    return `  ${JSON.stringify(id)}: { ${typed.join("; ")} };`;
  });
  return `import type { operations } from "./types.ts";

${operations.map(typesOf).join("\n")}
/** Parameters, body and responses of each operation. */
export interface Operations {
${rows.join("\n")}
}

/** The handler table. A missing handler, an extra handler or an undeclared status does not compile. */
export type Handlers<Context> = {
  [Id in keyof Operations]: (
    request: Omit<Operations[Id], "response">,
    context: Context,
  ) => Promise<Operations[Id]["response"]>;
};

${renderClient(document, typeName)}
${CONSTANT_TYPES}

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
  /** The credentials of each scheme must hold one of these; an empty list requires no permission. */
  permissions: readonly string[];
  requestMediaTypes: readonly string[];
  requestExamples: readonly string[];
  /** By status, range (\`4XX\`) or \`default\`. */
  responses: Readonly<Record<string, ResponseConstants>>;
}

export interface ResponseConstants {
  mediaTypes: readonly string[];
  headers: readonly string[];
  examples: readonly string[];
}
`;

/** The id as a part of a TypeScript identifier: the words of `list-users` are joined as `ListUsers`. */
export function typeName(id: string): string {
  const name = id.replace(/[^A-Za-z0-9_$]+(.?)/g, (_, next: string) => next.toUpperCase());
  return /^\d/.test(name) ? `_${name}` : name;
}

function typesOf(operation: Operation): string {
  const { id, requestBody, responses } = operation;
  const name = typeName(id);
  const type = `operations[${JSON.stringify(id)}]`;
  const content = `NonNullable<${type}["requestBody"]>["content"]`;
  const body = `${content}[keyof ${content}]${requestBody?.required === false ? " | undefined" : ""}`;
  const parameters = (place: "path" | "query" | "header") =>
    operation.parameters.some((parameter) => parameter.in === place)
      ? `NonNullable<${type}["parameters"]["${place}"]>`
      : "Record<string, never>";
  return `export type ${name}Path = ${parameters("path")};
export type ${name}Query = ${parameters("query")};
export type ${name}Headers = ${parameters("header")};
export type ${name}Request = ${requestBody ? body : "undefined"};
/** Every response the contract declares. */
export type ${name}Response =
${Object.entries(responses)
  .map(([key, declared]) => `  | ${responseType(key, { type, declared, statuses: Object.keys(responses) })}`)
  .join("\n")};
`;
}

function constant(operations: Operation[], describe: (operation: Operation) => object): string {
  return JSON.stringify(Object.fromEntries(operations.map((found) => [found.id, describe(found)])), null, 2);
}

function constantsOf(operation: Operation) {
  const { method, template, security, permissions, requestBody, responses } = operation;
  const declared = Object.entries(responses).map(([status, { mediaTypes, headers, examples }]) => [
    status,
    { mediaTypes, headers: Object.keys(headers), examples: Object.keys(examples) },
  ]);
  return {
    method: method.toLowerCase(),
    path: template,
    security: security.map((requirement) => Object.keys(requirement)),
    permissions,
    requestMediaTypes: requestBody?.mediaTypes ?? [],
    requestExamples: Object.keys(requestBody?.examples ?? {}),
    responses: Object.fromEntries(declared),
  };
}
