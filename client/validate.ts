import type { SyncUserIdentityRequest, SyncUserIdentityResponse } from "../generated/operations.ts";
import * as validators from "../generated/validators.js";
import { violationsOf } from "./violations.ts";

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

export type { SyncUserIdentityRequest };
export type SyncUserIdentityResult = Extract<SyncUserIdentityResponse, { status: 200 }>["body"];

/** The body of `PUT /v1/users/{userId}/$sync`. Contract: `#/components/schemas/SyncUserIdentityRequest`. */
export const syncUserIdentityRequestSchema: StandardSchemaV1<SyncUserIdentityRequest> = schemaOf(
  validators.SyncUserIdentityRequest,
);

/** The body of its 200 response. Contract: `#/components/schemas/SyncUserIdentityResult`. */
export const syncUserIdentityResultSchema: StandardSchemaV1<SyncUserIdentityResult> = schemaOf(
  validators.SyncUserIdentityResult,
);

/** Returns the value unchanged: the contract allows undeclared members. */
function schemaOf<Value>(validator: validators.Validator<Value>): StandardSchemaV1<Value> {
  const validate = (value: unknown): StandardResult<Value> => {
    if (validator(value)) return { value };
    return { issues: violationsOf(validator, value) };
  };
  return { "~standard": { version: 1, vendor: "nexus-sync-client", validate } };
}
