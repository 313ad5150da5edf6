/**
 * The parts of a bundled OpenAPI 3.1 document that the project reads. The generator checks that a document has them.
 */
export interface ContractDocument {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, PathItem>;
  /** Not served, but its schemas can be referred to. */
  webhooks?: Record<string, unknown>;
  /** The default of operations without `security`. */
  security?: Record<string, string[]>[];
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { type: string; scheme?: string; in?: string; name?: string }>;
    [section: string]: Record<string, unknown>;
  };
}

export type PathItem = Partial<Record<(typeof METHODS)[number], OperationObject>> & {
  $ref?: string;
  parameters?: (ParameterObject | Reference)[];
};

export interface OperationObject {
  operationId?: string;
  "x-allow-unknown-query"?: boolean;
  "x-idempotent"?: boolean;
  "x-required-permissions"?: string[];
  security?: Record<string, string[]>[];
  parameters?: (ParameterObject | Reference)[];
  requestBody?: RequestBodyObject | Reference;
  responses?: Record<string, ResponseObject | Reference>;
}

export interface Reference {
  $ref: string;
}
export interface ParameterObject {
  name: string;
  in: string;
  required?: boolean;
  explode?: boolean;
  schema?: Schema | boolean;
  example?: unknown;
  examples?: Record<string, ExampleObject | Reference>;
}
export interface RequestBodyObject {
  required?: boolean;
  content: Content;
}
export interface ResponseObject {
  description?: string;
  headers?: Record<string, HeaderObject | Reference>;
  content?: Content;
}
export interface HeaderObject {
  required?: boolean;
  explode?: boolean;
  schema?: Schema | boolean;
  content?: Content;
  example?: unknown;
  examples?: Record<string, ExampleObject | Reference>;
}
export type Content = Record<string, MediaTypeObject>;
export interface MediaTypeObject {
  schema?: Schema | boolean;
  example?: unknown;
  examples?: Record<string, ExampleObject | Reference>;
}
export interface ExampleObject {
  value: unknown;
}
export type Schema = Record<string, unknown>;

/** The schema of a parameter or a body as an object: true accepts every value, false none. */
export function schemaOf(declared: Schema | boolean = true): Schema {
  if (typeof declared !== "boolean") return declared;
  return declared ? {} : { not: {} };
}

/** The keys of the responses that are successes: those of 2xx, or the default if there is no other success or redirection. */
export function successKeys(keys: readonly string[]): readonly string[] {
  const successes = keys.filter((key) => key.startsWith("2"));
  return successes.length > 0 || keys.some((key) => key.startsWith("3"))
    ? successes
    : keys.filter((key) => key === "default");
}

export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

/** Every operation with its path, path item, method and JSON pointer, in the order of the document. */
export function operationsOf(document: ContractDocument) {
  const paths = Object.entries(document.paths ?? {}).filter(([path]) => !path.startsWith("x-"));
  return paths.flatMap(([path, declared]) => {
    const item = declared?.$ref === undefined ? declared : resolve<PathItem>(document, { $ref: declared.$ref });
    return METHODS.flatMap((method) => {
      const operation = item?.[method];
      return operation ? [{ path, item, method, operation, pointer: ["paths", path, method] }] : [];
    });
  });
}

/** Resolves a local reference; returns any other value unchanged, such as a boolean schema or a `$ref` that is no text. */
export function resolve<T extends object>(document: ContractDocument, value: T | Reference): T {
  const { $ref } = Object(value) as Partial<Reference>;
  if (typeof $ref !== "string") return value as T;
  return resolve(document, valueAt(document, referencePointer($ref)) as T | Reference);
}

/** `#/components/schemas/User` → its segments, unescaped (RFC 6901 section 4). */
export function referencePointer(reference: string): string[] {
  return reference
    .replace(/^#\//, "")
    .split("/")
    .map((segment) => decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A key as a segment of a JSON pointer (RFC 6901 section 3). */
export function pointerSegment(key: string | number): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
}

export function valueAt(root: unknown, pointer: readonly (string | number)[]): unknown {
  return pointer.reduce<unknown>((value, key) => {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string | number, unknown>)[key];
  }, root);
}
