import {
  type Content,
  type ContractDocument,
  type HeaderObject,
  type OperationObject,
  operationsOf,
  type RequestBodyObject,
  type ResponseObject,
  resolve,
} from "./document.ts";

/** One operation of the contract, with all references resolved. */
export interface Operation {
  /** Its operationId. */
  id: string;
  /** As in a request line: `PUT`. */
  method: string;
  /** Path template: `/v1/users/{userId}/$sync`. */
  template: string;
  /** Undefined if the operation has no body. */
  requestBody: RequestBody | undefined;
  /** By status. */
  responses: Readonly<Record<string, DeclaredResponse>>;
  /** Media types of the first 2xx response. */
  successMediaTypes: readonly string[];
  /** Alternatives, each a list of scheme names that are all required; an empty list needs no credentials. */
  security: readonly (readonly string[])[];
  /** The credentials of each scheme must hold one of these; an empty list requires no permission. */
  permissions: readonly string[];
}

export interface RequestBody {
  mediaTypes: readonly string[];
  /** Values of the named examples, of all media types. */
  examples: Readonly<Record<string, unknown>>;
}

export interface DeclaredResponse {
  mediaTypes: readonly string[];
  /** The example is text; undefined if the contract has none. */
  headers: Readonly<Record<string, { example: string | undefined }>>;
  /** Values of the named examples, of all media types. */
  examples: Readonly<Record<string, unknown>>;
}

export type SecurityScheme =
  | { type: "http"; scheme: "basic" | "bearer" }
  /** `name` is the header. */
  | { type: "apiKey"; in: "header"; name: string };

/** The operations of a bundled document, in its order. Pure; imports nothing outside this folder. */
export function readOperations(document: ContractDocument): Operation[] {
  return operationsOf(document).map(({ path, method, operation }) => {
    const responses = responsesIn(document, operation);
    const success = Object.keys(responses).find((status) => status.startsWith("2"));
    return {
      id: operation.operationId ?? "",
      method: method.toUpperCase(),
      template: path,
      requestBody: operation.requestBody && requestBodyIn(document, operation.requestBody),
      responses,
      successMediaTypes: (success !== undefined && responses[success]?.mediaTypes) || [],
      security: (operation.security ?? []).map((requirement) => Object.keys(requirement)),
      permissions: operation["x-required-permissions"] ?? [],
    };
  });
}

/** The security schemes of a bundled document by name; the generator accepts no other types. */
export function readSecuritySchemes({ components }: ContractDocument): Record<string, SecurityScheme> {
  const schemes = Object.entries(components.securitySchemes ?? {}).map(([name, { type, scheme, name: header }]) => [
    name,
    type === "apiKey" ? { type, in: "header", name: header } : { type: "http", scheme: scheme?.toLowerCase() },
  ]);
  return Object.fromEntries(schemes);
}

function requestBodyIn(document: ContractDocument, body: NonNullable<OperationObject["requestBody"]>): RequestBody {
  const { content } = resolve<RequestBodyObject>(document, body);
  return { mediaTypes: Object.keys(content), examples: examplesIn(document, content) };
}

function responsesIn(document: ContractDocument, { responses = {} }: OperationObject): Operation["responses"] {
  return mapValues(responses, (declared) => {
    const { headers = {}, content = {} } = resolve<ResponseObject>(document, declared);
    return {
      mediaTypes: Object.keys(content),
      headers: mapValues(headers, (header) => {
        const { example } = resolve<HeaderObject>(document, header);
        return { example: example === undefined ? undefined : String(example) };
      }),
      examples: examplesIn(document, content),
    };
  });
}

function examplesIn(document: ContractDocument, content: Content): Record<string, unknown> {
  const named = Object.values(content).flatMap(({ examples = {} }) => Object.entries(examples));
  return Object.fromEntries(named.map(([name, example]) => [name, resolve(document, example).value]));
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
