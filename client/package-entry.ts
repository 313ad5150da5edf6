/** The exports of `nexus-sync-client`. Inside the project, import the files themselves. */
export type * from "../generated/types.ts";
export type { NetworkReason } from "./causes.ts";
export type { Credentials, SecretAsk, SecretSource } from "./credentials.ts";
export {
  type CallMeta,
  createNexusClient,
  type NexusClient,
  type NexusClientOptions,
  type SafeResult,
} from "./nexus-client.ts";
export { type ErrorAnswer, hasStatus, isNexusError, NexusError, type NexusErrorKind } from "./nexus-error.ts";
export type { ResponseHeaders } from "./response-headers.ts";
export type { ResponseSchema } from "./response-schema.ts";
export type { RetryOptions } from "./retry.ts";
export type { CallOptions, ClientEvent, FetchOption } from "./send.ts";
