import { BANNER } from "./banner.ts";
import {
  type Answer,
  type Content,
  type ContractDocument,
  operationsOf,
  type Reference,
  resolve,
} from "./contract-document.ts";

type FoundOperation = ReturnType<typeof operationsOf>[number];

/** The contract's operations as types (request, closed union of answers, handler table) and as constants. */
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
  return `${BANNER}import type { operations } from "./types.ts";

${operations.map((found) => typesOf(document, found)).join("\n")}
/** Path parameters, body and answers of each operation. */
export interface Operations {
${operations.map(nameOf).map(tableRow).join("\n")}
}

/** One handler for each operation: a missing one, an extra one or an undeclared status does not compile. */
export type Handlers<Context> = {
  [Id in keyof Operations]: (
    request: Pick<Operations[Id], "path" | "body">,
    context: Context,
  ) => Promise<Operations[Id]["answer"]>;
};

export interface OperationConstants {
  method: string;
  /** The path template, as in the contract. */
  path: string;
  /** Alternatives of schemes that must all hold. */
  security: readonly (readonly (keyof typeof SECURITY_SCHEMES)[])[];
  /** Any one of these suffices; none are needed where the list is empty. */
  permissions: readonly string[];
  requestMediaTypes: readonly string[];
  requestExamples: readonly string[];
  answers: Readonly<
    Record<number, { mediaTypes: readonly string[]; headers: readonly string[]; examples: readonly string[] }>
  >;
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
  const body = found.operation.requestBody
    ? `NonNullable<${type}["requestBody"]>["content"][keyof NonNullable<${type}["requestBody"]>["content"]]`
    : "undefined";
  const answers = Object.entries(found.operation.responses ?? {}).map(([status, answer]) => {
    const mediaType = Object.keys(resolve<Answer>(document, answer).content ?? {})[0];
    const content = mediaType ? `${type}["responses"][${status}]["content"]["${mediaType}"]` : "undefined";
    return `  | { status: ${status}; body: ${content} }`;
  });
  return `export type ${name}Path = ${type}["parameters"]["path"];
export type ${name}Request = ${body};
/** Every answer the contract declares. */
export type ${name}Answer =
${answers.join("\n")};
`;
}

function tableRow(name: string): string {
  return `  ${name}: { path: ${name}Path; body: ${name}Request; answer: ${name}Answer };`;
}

function constantsOf(document: ContractDocument, { path, method, operation }: FoundOperation) {
  const request = resolve<{ content: Content }>(document, operation.requestBody ?? { content: {} }).content;
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const { content = {}, headers = {} } = resolve<Answer>(document, answer as Answer | Reference);
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
    answers: Object.fromEntries(answers),
  };
}

function exampleNames(content: Content): string[] {
  return [...new Set(Object.values(content).flatMap(({ examples }) => Object.keys(examples ?? {})))];
}
