import {
  type Content,
  type ContractDocument,
  type HeaderObject,
  type OperationObject,
  operationsOf,
  type RequestBodyObject,
  type ResponseObject,
  resolve,
  type Schema,
  schemaOf,
  successKeys,
} from "./document.ts";
import { examplesIn } from "./examples.ts";
import { headerText, sampleText } from "./header-text.ts";
import { type Parameter, parametersIn } from "./parameters.ts";

/** One operation of the contract, with all references resolved, except those in schemas. */
export interface Operation {
  /** Its operationId. */
  id: string;
  /** As in a request line: `PUT`. */
  method: string;
  /** Path template: `/v1/users/{userId}/$sync`. */
  template: string;
  /** Those of the path item too. */
  parameters: readonly Parameter[];
  /** Whether undeclared query parameters are ignored, and not rejected (`x-allow-unknown-query`). */
  allowsUnknownQuery: boolean;
  /** Whether repeating a request leads to the same state: by the method (RFC 9110 section 9.2.2), or by `x-idempotent`. */
  isIdempotent: boolean;
  /** Undefined if the operation has no body. */
  requestBody: RequestBody | undefined;
  /** By status, range (`4XX`) or `default`. */
  responses: Readonly<Record<string, DeclaredResponse>>;
  /** Media types of the first success. */
  successMediaTypes: readonly string[];
  /** Alternatives; an empty one, the last, needs no credentials. */
  security: readonly SecurityRequirement[];
  /** The credentials of each scheme must hold one of these; an empty list requires no permission. */
  permissions: readonly string[];
}

/** The scopes by name of the scheme. All schemes are required, and the credentials of each must hold all its scopes. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface RequestBody {
  required: boolean;
  mediaTypes: readonly string[];
  /** By media type. */
  schemas: Readonly<Record<string, Schema>>;
  /** Values of the named examples, of all media types. */
  examples: Readonly<Record<string, unknown>>;
  /** By media type and name. */
  examplesByType: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface DeclaredResponse {
  mediaTypes: readonly string[];
  /** By media type. */
  schemas: Readonly<Record<string, Schema>>;
  /** The example is text; undefined if the contract has none and the header is optional. */
  headers: Readonly<Record<string, { required: boolean; schema: Schema; example: string | undefined }>>;
  requiredHeaders: readonly string[];
  /** Values of the named examples, of all media types. */
  examples: Readonly<Record<string, unknown>>;
  /** Values of the named examples by media type. */
  examplesByType: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type SecurityScheme =
  | { type: "http"; scheme: "basic" | "bearer" }
  /** `name` is the header. */
  | { type: "apiKey"; in: "header"; name: string };

const IDEMPOTENT_METHODS: readonly string[] = ["get", "head", "put", "delete", "options", "trace"];

/** The operations of a bundled document, in its order. Pure; imports nothing outside this folder. */
export function readOperations(document: ContractDocument): Operation[] {
  return operationsOf(document).map(({ path, item, method, operation }) => {
    const responses = responsesIn(document, operation);
    const [success] = successKeys(Object.keys(responses));
    return {
      id: operation.operationId ?? "",
      method: method.toUpperCase(),
      template: path,
      parameters: parametersIn(document, item, operation),
      allowsUnknownQuery: operation["x-allow-unknown-query"] ?? false,
      isIdempotent: operation["x-idempotent"] ?? IDEMPOTENT_METHODS.includes(method),
      requestBody: operation.requestBody && requestBodyIn(document, operation.requestBody),
      responses,
      successMediaTypes: (success !== undefined && responses[success]?.mediaTypes) || [],
      security: (operation.security ?? document.security ?? []).toSorted(
        (one, other) => Number(isEmpty(one)) - Number(isEmpty(other)),
      ),
      permissions: operation["x-required-permissions"] ?? [],
    };
  });
}

function isEmpty(requirement: SecurityRequirement): boolean {
  return Object.keys(requirement).length === 0;
}

/** The security schemes of a bundled document by name. OAuth 2 and OpenID Connect use Bearer tokens. */
export function readSecuritySchemes({ components }: ContractDocument): Record<string, SecurityScheme> {
  const schemes = Object.entries(components?.securitySchemes ?? {}).map(([name, { type, scheme, name: header }]) => [
    name,
    type === "apiKey"
      ? { type, in: "header", name: header }
      : { type: "http", scheme: type === "http" ? scheme?.toLowerCase() : "bearer" },
  ]);
  return Object.fromEntries(schemes);
}

function requestBodyIn(document: ContractDocument, body: NonNullable<OperationObject["requestBody"]>): RequestBody {
  const { content, required = false } = resolve<RequestBodyObject>(document, body);
  return { required, ...contentIn(document, content) };
}

function responsesIn(document: ContractDocument, { responses = {} }: OperationObject): Operation["responses"] {
  const statuses = Object.entries(responses).filter(([status]) => !status.startsWith("x-"));
  return mapValues(Object.fromEntries(statuses), (declared) => {
    const { headers: declaredHeaders = {}, content = {} } = resolve<ResponseObject>(document, declared);
    const headers = mapValues(declaredHeaders, (header) => {
      const found = resolve<HeaderObject>(document, header);
      const { required = false, schema } = found;
      const example = headerText(document, found) ?? (required ? sampleText(document, found) : undefined);
      return { required, schema: schemaOf(schema), example };
    });
    const requiredHeaders = Object.keys(headers).filter((name) => headers[name]?.required);
    return { ...contentIn(document, content), headers, requiredHeaders };
  });
}

function contentIn(document: ContractDocument, content: Content) {
  const examples = mapValues(content, (mediaType) => examplesIn(document, mediaType));
  return {
    mediaTypes: Object.keys(content),
    schemas: mapValues(content, ({ schema }) => schemaOf(schema)),
    examples: Object.assign({}, ...Object.values(examples)) as Record<string, unknown>,
    examplesByType: examples,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
