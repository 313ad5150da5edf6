import type { SyncUserIdentityRequest } from "../generated/operations.ts";
import type { SyncUserIdentityResult } from "../generated/types.ts";
import * as validators from "../generated/validators.js";
import { type StandardSchemaV1, schemaOf } from "./schemas.ts";

export {
  requestSchemas,
  requestSchemasByMediaType,
  responseSchemas,
  type StandardIssue,
  type StandardResult,
  type StandardSchemaV1,
} from "./schemas.ts";
export type { SyncUserIdentityRequest, SyncUserIdentityResult };

/** The body of `PUT /v1/users/{userId}/$sync`. Contract: `#/components/schemas/SyncUserIdentityRequest`. */
export const syncUserIdentityRequestSchema: StandardSchemaV1<SyncUserIdentityRequest> = schemaOf(
  validators.SyncUserIdentityRequest,
);

/**
 * The published body of its 200 response; `responseSchemas.syncUserIdentity` also requires the members that are always
 * sent. Contract: `#/components/schemas/SyncUserIdentityResult`.
 */
export const syncUserIdentityResultSchema: StandardSchemaV1<SyncUserIdentityResult> = schemaOf(
  validators.SyncUserIdentityResult,
);
