/** TypeScript of a caller: it uses every public name of `.`, and marks lines that must not compile. */
export const CALLER = `
import {
  type BodyViolation,
  type CallMeta,
  type CallOptions,
  type ClientEvent,
  type Credentials,
  createNexusClient,
  type CustomUpn,
  type ErrorAnswer,
  hasStatus,
  type Identity,
  type IdentityAttribute,
  type IdentityConnection,
  isNexusError,
  type NexusClient,
  type NexusClientOptions,
  type NexusError,
  type NexusErrorKind,
  type Organization,
  type OrganizationMember,
  type ParameterViolation,
  type ProblemDetails,
  type ResponseSchema,
  type RetryOptions,
  type SafeResult,
  type SecretAsk,
  type SecretSource,
  type Subscription,
  type SyncUserIdentityRequest,
  type SyncUserIdentityResult,
  type User,
  type UserAttribute,
  type UserRole,
  type ValidationProblemDetails,
} from "nexus-sync-client";
import * as auth0 from "nexus-sync-client/auth0";
import * as bulk from "nexus-sync-client/bulk";
import * as testing from "nexus-sync-client/testing";
import * as validate from "nexus-sync-client/validate";

const token: SecretSource = async ({ forceRefresh, signal }) => (forceRefresh || signal.aborted ? "new" : "old");
const bearer: Credentials = { type: "bearer", token, applicationToken: "application" };
// @ts-expect-error Bearer without the application token is refused by every server.
const half: Credentials = { type: "bearer", token };
const retry: RetryOptions = { limit: 1, maxRetryAfterMs: 1_000 };
const onEvent = (event: ClientEvent) => note(event.type);
const schema: ResponseSchema = { "~standard": { version: 1, vendor: "caller", validate: (value) => ({ value }) } };
export const ask = (asked: SecretAsk) => asked.forceRefresh;
const options: NexusClientOptions = {
  baseUrl: "https://nexus.example",
  credentials: bearer,
  deadlineMs: 9_000,
  retry,
  onEvent,
  responseSchema: schema,
};
const client: NexusClient = createNexusClient(options);

const attribute: IdentityAttribute = { key: "department", value: null };
const connection: IdentityConnection = { connectionId: "con" };
const body: SyncUserIdentityRequest = { audience: "https://api.example", attributes: [attribute], connection };
// @ts-expect-error The contract requires an audience.
const incomplete: SyncUserIdentityRequest = { attributes: [], connection };

export async function call(signal: AbortSignal): Promise<UserRole[]> {
  const once: CallOptions = { signal, timeoutMs: 2_000 };
  const safe: SafeResult = await client.safeSyncUserIdentity("u-ada", body, once);
  if (safe.ok) return roles(safe.data, safe.meta);
  const error: NexusError = safe.error;
  const kind: NexusErrorKind = error.kind;
  if (hasStatus(error, 404)) note(kind, error.problem satisfies ProblemDetails);
  if (hasStatus(error, 400)) note(kind, error.problem satisfies ValidationProblemDetails | ProblemDetails);
  // @ts-expect-error The contract declares no such status.
  if (hasStatus(error, 418)) note(kind);
  return (await client.syncUserIdentity("u-ada", body)).roles ?? [];
}

function roles({ roles: found }: SyncUserIdentityResult, { status, requestId, durationMs }: CallMeta): UserRole[] {
  note(status, requestId, durationMs);
  return found ?? [];
}

export type Parts = [
  BodyViolation,
  CustomUpn,
  ErrorAnswer,
  Identity,
  Organization,
  OrganizationMember,
  ParameterViolation,
  Subscription,
  User,
  UserAttribute,
];

export function note(...values: unknown[]): boolean {
  return values.some(isNexusError);
}

note(half, incomplete, auth0, bulk, testing, validate);
`;
