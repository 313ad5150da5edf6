/** The exports of `nexus-sync-client`. Inside the project, import the files themselves. */
export type { SyncUserIdentityRequest } from "../generated/operations.ts";
export type {
  BodyViolation,
  CustomUpn,
  Identity,
  IdentityAttribute,
  IdentityConnection,
  Organization,
  OrganizationMember,
  ParameterViolation,
  ProblemDetails,
  Subscription,
  SyncUserIdentityResult,
  User,
  UserAttribute,
  UserRole,
  ValidationProblemDetails,
} from "../generated/types.ts";
export type { Credentials, SecretAsk, SecretSource } from "./credentials.ts";
export {
  type CallMeta,
  createNexusClient,
  type NexusClient,
  type NexusClientOptions,
  type SafeResult,
} from "./nexus-client.ts";
// The class is exported as a type only: `instanceof` fails for other copies of the package, isNexusError does not.
export { type ErrorAnswer, hasStatus, isNexusError, type NexusError, type NexusErrorKind } from "./nexus-error.ts";
export type { ResponseSchema } from "./response-schema.ts";
export type { RetryOptions } from "./retry.ts";
export type { CallOptions, ClientEvent } from "./send.ts";
