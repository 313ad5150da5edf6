/** TypeScript of a caller of every entry point. It marks lines that must not compile. */
export const CALLER = `
import { createNexusClient, hasStatus, isNexusError, NexusError } from "nexus-sync-client";
import type * as nexus from "nexus-sync-client";
import * as auth0 from "nexus-sync-client/auth0";
import * as bulk from "nexus-sync-client/bulk";
import { cachedToken } from "nexus-sync-client/token";
import * as testing from "nexus-sync-client/testing";
import * as validate from "nexus-sync-client/validate";

const token: nexus.SecretSource = async ({ forceRefresh, signal }) => (forceRefresh || signal.aborted ? "new" : "old");
const cached: nexus.SecretSource = cachedToken(async () => ({ token: "t", expiresInMs: 60_000 }), { skewMs: 5_000 });
const bearer: nexus.Credentials = { type: "bearer", token, applicationToken: "application" };
// @ts-expect-error Bearer without the application token is refused by every server.
const half: nexus.Credentials = { type: "bearer", token };
const custom: nexus.ResponseSchema = { "~standard": { version: 1, vendor: "caller", validate: (value) => ({ value }) } };
export const schemas: nexus.ResponseSchema[] = [custom, validate.syncUserIdentityResultSchema];
const options: nexus.NexusClientOptions = {
  baseUrl: "https://nexus.example",
  credentials: bearer,
  deadlineMs: 9_000,
  retry: { limit: 1, maxRetryAfterMs: 1_000 },
  onEvent: (event: nexus.ClientEvent) => note(event.type),
  responseSchema: custom,
};
const client: nexus.NexusClient = createNexusClient(options);

const attribute: nexus.IdentityAttribute = { key: "department", value: null };
const connection: nexus.IdentityConnection = { connectionId: "con" };
const audience = "https://api.example";
const body: nexus.SyncUserIdentityRequest = { audience, attributes: [attribute], connection };
// @ts-expect-error The contract requires an audience.
const incomplete: nexus.SyncUserIdentityRequest = { attributes: [], connection };

export async function call(signal: AbortSignal): Promise<nexus.UserRole[]> {
  const once: nexus.CallOptions = { signal, timeoutMs: 2_000 };
  const safe: nexus.SafeResult = await client.safeSyncUserIdentity("u-ada", body, { ...once, headers: undefined });
  if (safe.ok) return roles(safe.data, safe.meta);
  const { error } = safe;
  const kind: nexus.NexusErrorKind = error.kind;
  if (hasStatus(error, 404)) note(kind, error.problem satisfies nexus.ProblemDetails);
  if (hasStatus(error, 400)) note(kind, error.problem satisfies nexus.ValidationProblemDetails | nexus.ProblemDetails);
  if (hasStatus(error, 502)) note(kind, error.problem?.title);
  if (error instanceof NexusError) note(error.attempts, error.durationMs);
  const { isAuthenticated, roles: found, user } = await client.syncUserIdentity("u-ada", body);
  const complete: [boolean, nexus.UserRole[], nexus.User] = [isAuthenticated, found, user];
  return complete[1];
}

function roles({ roles: found }: nexus.SyncUserIdentityResult, meta: nexus.CallMeta): nexus.UserRole[] {
  note(meta.status, meta.requestId, meta.durationMs, meta.attempts);
  return found ?? [];
}

export function note(...values: unknown[]): boolean {
  return values.some(isNexusError);
}

const respond: testing.ContractFetchOptions["respond"] = async ({ path, operation }: testing.ContractRequest) => {
  const reply: testing.ContractReply = { status: 404, body: { title: operation + path.userId } };
  return path.userId === "u-nobody" ? reply : undefined;
};
const fetch = testing.createContractFetch({ answer: undefined, respond: undefined, failures: undefined });
export const unset: nexus.NexusClientOptions = { ...options, fetch, onEvent: undefined, retry: { limit: undefined } };
export const inOrder = bulk.syncMany(client, [], { signal: undefined, checkpoint: { from: undefined } });
cachedToken(async () => ({ token: "t", expiresInMs: 0 }), { skewMs: undefined });
testing.createContractFetch({ respond, failures: [testing.failTimes(1, "hang"), testing.rateLimit(1)] });

note(half, incomplete, cached, auth0, bulk, testing);
`;
