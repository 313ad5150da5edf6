import { expect, expectTypeOf, test } from "vitest";
import * as auth0 from "../../client/auth0/entry.ts";
import * as bulk from "../../client/bulk/sync-many.ts";
import * as nexus from "../../client/package-entry.ts";
import * as testing from "../../client/testing/contract-fetch.ts";
import * as token from "../../client/token/cached-token.ts";
import type * as validate from "../../client/validate.ts";

type Synced = nexus.SyncUserIdentityResult & { isAuthenticated: boolean; roles: nexus.UserRole[]; user: nexus.User };

test("the client's methods have the types of the contract, and errors are narrowed by kind and status", () => {
  expectTypeOf(nexus.createNexusClient).toEqualTypeOf<(options: nexus.NexusClientOptions) => nexus.NexusClient>();
  type Method = nexus.NexusClient["syncUserIdentity"];
  expectTypeOf<Parameters<Method>["length"]>().toEqualTypeOf<2 | 3>();
  expectTypeOf<Parameters<Method>[0]>().toEqualTypeOf<string>();
  expectTypeOf<Parameters<Method>[1]>().toEqualTypeOf<nexus.SyncUserIdentityRequest>();
  expectTypeOf<Awaited<ReturnType<Method>>>().toExtend<Synced>();
  type Success = Extract<nexus.SafeResult, { ok: true }>;
  type Failure = Extract<nexus.SafeResult, { ok: false }>;
  expectTypeOf<Awaited<ReturnType<nexus.NexusClient["safeSyncUserIdentity"]>>>().toEqualTypeOf<nexus.SafeResult>();
  expectTypeOf<Success["meta"]>().toEqualTypeOf<nexus.CallMeta>();
  expectTypeOf<Success["status"]>().toEqualTypeOf<200>();
  expectTypeOf<Success["data"]>().toExtend<Synced>();
  expectTypeOf<Failure["error"]>().toEqualTypeOf<nexus.NexusError>();
  expectTypeOf<nexus.NexusError["kind"]>().toEqualTypeOf<nexus.NexusErrorKind>();
  expectTypeOf<nexus.NexusError["problem"]>().toEqualTypeOf<nexus.ErrorAnswer["body"] | undefined>();
  expectTypeOf(nexus.isNexusError).guards.toEqualTypeOf<nexus.NexusError>();
  expectTypeOf(nexus.hasStatus<404>).guards.toExtend<
    nexus.NexusError & { status: 404; problem: nexus.ProblemDetails }
  >();
  expectTypeOf(globalThis.fetch).toExtend<nexus.FetchOption>();
  expectTypeOf<nexus.ClientEvent["requestId"]>().toEqualTypeOf<string>();
  expectTypeOf<nexus.SecretAsk>().toEqualTypeOf<{ forceRefresh: boolean; signal: AbortSignal }>();
  expectTypeOf<"secret">().toExtend<nexus.SecretSource>();
  expectTypeOf<{ type: "basic"; username: string; password: () => string }>().toExtend<nexus.Credentials>();
  expectTypeOf<{ type: "bearer"; token: string }>().not.toExtend<nexus.Credentials>();
  expectTypeOf<nexus.RetryOptions["limit"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<nexus.CallOptions["signal"]>().toEqualTypeOf<AbortSignal | undefined>();
  const read = (headers: nexus.ResponseHeaders<{ Location: string }>) =>
    [headers.get("Location"), headers.get("ETag")] as const;
  expectTypeOf(read).returns.toEqualTypeOf<readonly [string, string | null]>();
  expect(Object.keys(nexus).toSorted()).toEqual(["NexusError", "createNexusClient", "hasStatus", "isNexusError"]);
});

test("the types of bulk and token name what is passed and returned", () => {
  type Outcome = bulk.SyncOutcome;
  expectTypeOf(bulk.syncMany).returns.toEqualTypeOf<AsyncGenerator<Outcome, void, undefined>>();
  expectTypeOf<nexus.NexusClient>().toExtend<Parameters<typeof bulk.syncMany>[0]>();
  expectTypeOf<bulk.SyncItem[]>().toExtend<Parameters<typeof bulk.syncMany>[1]>();
  expectTypeOf<{ userId: string; body: nexus.SyncUserIdentityRequest }>().toExtend<bulk.SyncItem>();
  expectTypeOf<{ userId: string; error: nexus.NexusError }>().toExtend<bulk.SyncItem>();
  expectTypeOf<{ userId: string }>().not.toExtend<bulk.SyncItem>();
  expectTypeOf<Extract<Outcome, { ok: true }>["data"]>().toExtend<Synced>();
  expectTypeOf<Extract<Outcome, { ok: false }>["error"]>().toEqualTypeOf<nexus.NexusError>();
  expectTypeOf<bulk.SyncManyOptions["signal"]>().toEqualTypeOf<AbortSignal | undefined>();
  expectTypeOf<bulk.SyncPause>().toEqualTypeOf<{ status: number; waitMs: number }>();
  expectTypeOf<bulk.SyncProgress>().toEqualTypeOf<{ done: number; failed: number; next: number }>();
  expectTypeOf<bulk.TooManyFailures>().toExtend<Error & { failures: number; next: number }>();
  expectTypeOf(token.cachedToken).returns.toEqualTypeOf<token.TokenSource>();
  expectTypeOf(token.cachedToken).parameters.toEqualTypeOf<
    [fetchToken: token.FetchToken, options?: token.TokenOptions]
  >();
  expectTypeOf<Awaited<ReturnType<token.FetchToken>>>().toEqualTypeOf<token.FetchedToken>();
  expectTypeOf<token.TokenSource>().toExtend<nexus.SecretSource>();
  expect(Object.keys({ ...bulk, ...token }).toSorted()).toEqual(["TooManyFailures", "cachedToken", "syncMany"]);
});

test("the types of auth0, testing and validate fit those of the client", () => {
  expectTypeOf(auth0.signInOf).parameters.toEqualTypeOf<[event: auth0.PostLoginEvent, options?: auth0.SignInOptions]>();
  expectTypeOf<auth0.SignIn["body"]>().toEqualTypeOf<nexus.SyncUserIdentityRequest>();
  expectTypeOf(auth0.signInOf).returns.toEqualTypeOf<auth0.SignIn>();
  expectTypeOf(auth0.clientCredentialsToken).toEqualTypeOf<(options: auth0.ClientCredentials) => auth0.FetchToken>();
  expectTypeOf(auth0.cachedToken).parameters.toEqualTypeOf<
    [cache: auth0.ActionCache, fetchToken: auth0.FetchToken, options?: auth0.CachedTokenOptions]
  >();
  expectTypeOf(auth0.cachedToken).returns.toExtend<nexus.SecretSource>();
  expectTypeOf<testing.ContractFetch>().toExtend<nexus.FetchOption>();
  expectTypeOf<testing.ContractFetch>().toExtend<typeof globalThis.fetch>();
  expectTypeOf<testing.ContractFetch["calls"][number]>().toEqualTypeOf<testing.RecordedCall>();
  expectTypeOf<"synced" | "notAuthenticated">().toExtend<testing.Answer>();
  expectTypeOf<{ status: 404; body: nexus.ProblemDetails }>().toExtend<testing.ContractReply>();
  expectTypeOf<nexus.SyncUserIdentityRequest>().toExtend<testing.ContractRequest["body"]>();
  expectTypeOf(testing.failTimes).returns.toEqualTypeOf<testing.Failing>();
  expectTypeOf<"network" | { status: number }>().toExtend<testing.Failure>();
  expectTypeOf<typeof validate.syncUserIdentityResultSchema>().toExtend<nexus.ResponseSchema>();
  expectTypeOf<typeof validate.responseSchemas>().toExtend<NonNullable<nexus.NexusClientOptions["responseSchema"]>>();
  expectTypeOf<validate.SyncUserIdentityRequest>().toEqualTypeOf<nexus.SyncUserIdentityRequest>();
  type Checked = Awaited<ReturnType<(typeof validate.syncUserIdentityRequestSchema)["~standard"]["validate"]>>;
  expectTypeOf<Checked>().toEqualTypeOf<validate.StandardResult<nexus.SyncUserIdentityRequest>>();
  expectTypeOf<readonly validate.StandardIssue[]>().toExtend<Checked["issues"]>();
  expect(Object.keys(auth0).toSorted()).toEqual(["cachedToken", "clientCredentialsToken", "signInOf"]);
  expect(Object.keys(testing).toSorted()).toEqual(["createContractFetch", "createFetch", "failTimes", "rateLimit"]);
});
