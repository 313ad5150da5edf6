import { BODY_SCHEMAS } from "../generated/operations.ts";
import type { components } from "../generated/types.ts";
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

type BodySchemas = typeof BODY_SCHEMAS;
/** The schemas of the methods whose bodies are component schemas. */
type SchemasOf<Body extends "request" | "response"> = {
  readonly [Name in keyof BodySchemas as BodySchemas[Name] extends Record<Body, string>
    ? Name
    : never]: StandardSchemaV1<
    BodySchemas[Name] extends Record<Body, infer Schema extends keyof components["schemas"]>
      ? components["schemas"][Schema]
      : never
  >;
};

/** The request bodies by method of the client. A body with an inline schema is not among them. */
export const requestSchemas = schemasOf("request");

/** The data of 2xx responses by method, for the option `responseSchema`. Inline schemas are not among them. */
export const responseSchemas = schemasOf("response");

function schemasOf<Body extends "request" | "response">(body: Body): SchemasOf<Body> {
  const entries = Object.entries<{ request?: string; response?: string }>(BODY_SCHEMAS).flatMap(([method, names]) => {
    const schema = componentSchema(`#/components/schemas/${names[body]}`);
    return schema ? [[method, schema]] : [];
  });
  return Object.fromEntries(entries) as SchemasOf<Body>;
}

/** The schema that a reference such as `#/components/schemas/User` points to; undefined for another reference. */
export function componentSchema(reference: string): StandardSchemaV1<unknown> | undefined {
  const name = reference
    .replace(/^#\/components\/schemas\//, "")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
  const validator = (validators as Readonly<Record<string, validators.Validator<unknown>>>)[name];
  return validator && schemaOf(validator);
}

/** Returns the value unchanged: the contract allows undeclared members. */
export function schemaOf<Value>(validator: validators.Validator<Value>): StandardSchemaV1<Value> {
  const validate = (value: unknown): StandardResult<Value> =>
    validator(value) ? { value } : { issues: (validator.errors ?? []).map(toIssue) };
  return { "~standard": { version: 1, vendor: "nexus-sync-client", validate } };
}

/** Only declared names are in a path, and the contract has no name with "/" or "~", which RFC 6901 would escape. */
function toIssue({ instancePath, keyword, params, message = "violates the contract" }: validators.Violation) {
  const [, ...path] = instancePath.split("/");
  if (keyword === "required") return { path: [...path, String(params.missingProperty)], message: "must be present" };
  return { path, message: /^must be [a-z]+(,[a-z]+)+$/.test(message) ? message.replaceAll(",", " or ") : message };
}
