import * as validators from "../generated/validators.js";

/** The part of Standard Schema, version 1 (https://standardschema.dev), for schemas without transformations. */
export interface StandardSchemaV1<Value> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Value>;
    /** Never set; exists for type inference. */
    readonly types?: { readonly input: Value; readonly output: Value } | undefined;
  };
}

export type StandardResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  /** The rule that is violated; never the value. */
  readonly message: string;
  /** Keys from the root; the path of a missing member ends with its name. */
  readonly path: readonly PropertyKey[];
}

type Bodies = typeof validators.$bodies;
type Named<Key extends string> = Readonly<Record<Key, unknown>>;

interface MethodBodies {
  id: string;
  request?: validators.Validator<unknown>;
  requests: ByMediaType;
  responses?: readonly validators.Validator<unknown>[];
  canBeEmpty: boolean;
  /** By status, range or `default`. */
  responsesByStatus: Readonly<Record<string, ByMediaType>>;
}
type ByMediaType = Readonly<Record<string, validators.Validator<unknown>>>;

const ALL = Object.entries<MethodBodies>(validators.$bodies);

function schemasOf(select: (bodies: MethodBodies) => unknown): object {
  return Object.fromEntries(
    ALL.flatMap(([method, bodies]) => {
      const selected = select(bodies);
      return selected ? [[method, selected]] : [];
    }),
  );
}

/** The request bodies that the client sends, by its method. */
export const requestSchemas = schemasOf(({ request }) => request && schemaOf(request)) as {
  readonly [Name in keyof Bodies as Bodies[Name] extends Named<"request"> ? Name : never]: StandardSchemaV1<
    Bodies[Name] extends { request: validators.Validator<infer Body> } ? Body : never
  >;
};

/** The request bodies by method and media type of the contract. */
export const requestSchemasByMediaType = schemasOf(({ requests }) =>
  Object.fromEntries(Object.entries(requests).map(([type, validator]) => [type, schemaOf(validator)])),
) as {
  readonly [Name in keyof Bodies]: {
    readonly [Type in keyof Bodies[Name]["requests"]]: StandardSchemaV1<
      Bodies[Name]["requests"][Type] extends validators.Validator<infer Body> ? Body : never
    >;
  };
};

/** The data of 2xx responses by method, for the option `responseSchema`; only if all of it is JSON or empty. */
export const responseSchemas = schemasOf(
  ({ responses, canBeEmpty }) => responses && dataSchema(responses, canBeEmpty),
) as {
  readonly [Name in keyof Bodies as Bodies[Name] extends Named<"responses"> ? Name : never]: StandardSchemaV1<
    Bodies[Name] extends { responses: readonly (infer One)[] }
      ? One extends validators.Validator<infer Data>
        ? Data
        : never
      : never
  >;
};

/** The schema of an operation's request body. */
export function requestSchema(id: string, mediaType: string): StandardSchemaV1<unknown> | undefined {
  const validator = ALL.find(([, bodies]) => bodies.id === id)?.[1].requests[mediaType];
  return validator && schemaOf(validator);
}

/** The schema of an operation's response body; `status` is as in the contract: a status, a range or `default`. */
export function responseSchemaOf(id: string, status: string, mediaType: string): StandardSchemaV1<unknown> | undefined {
  const validator = ALL.find(([, bodies]) => bodies.id === id)?.[1].responsesByStatus[status]?.[mediaType];
  return validator && schemaOf(validator);
}

/** A value that matches one of the schemas. The issues are those of the last one. */
function dataSchema(all: readonly validators.Validator<unknown>[], canBeEmpty: boolean): StandardSchemaV1<unknown> {
  const validate = (value: unknown): StandardResult<unknown> => {
    if (value === undefined && canBeEmpty) return { value };
    const results = all.map((validator) => schemaOf(validator)["~standard"].validate(value));
    return results.find(({ issues }) => !issues) ?? results.at(-1) ?? { value };
  };
  return standardSchema(validate);
}

/** Returns the value unchanged: the contract allows undeclared members. */
export function schemaOf<Value>(validator: validators.Validator<Value>): StandardSchemaV1<Value> {
  const validate = (value: unknown): StandardResult<Value> =>
    validator(value) ? { value } : { issues: (validator.errors ?? []).map(toIssue) };
  return standardSchema(validate);
}

function standardSchema<Value>(validate: (value: unknown) => StandardResult<Value>): StandardSchemaV1<Value> {
  return { "~standard": { version: 1, vendor: "nexus-sync-client", validate } };
}

/** Only declared names are in a path, and the contract has no name with "/" or "~", which RFC 6901 would escape. */
function toIssue({ instancePath, keyword, params, message = "violates the contract" }: validators.Violation) {
  const [, ...path] = instancePath.split("/");
  if (keyword === "required") return { path: [...path, String(params.missingProperty)], message: "must be present" };
  return { path, message: /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message };
}
