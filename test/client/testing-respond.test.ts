import { expect, test } from "vitest";
import { hasStatus } from "../../client/nexus-error.ts";
import {
  type ContractFetchOptions,
  type ContractReply,
  type ContractRequest,
  createContractFetch,
  failTimes,
  rateLimit,
} from "../../client/testing/contract-fetch.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import { signIn } from "../helpers/stub.ts";
import { clientFor, NOWHERE } from "./fault-server.ts";

const { synced, notAuthenticated, unknownUser } = contract.components.examples;
const ROLE = { id: "r-1", name: "Engineer" };

type SyncRequest = Extract<ContractRequest, { operation: "SyncUserIdentity" }>;

/** `respond` for syncs only, because the contract can have more operations. */
function forSyncs<Reply>(respond: (request: SyncRequest) => Reply) {
  return (request: ContractRequest) => (request.operation === "SyncUserIdentity" ? respond(request) : undefined);
}

/** The 200 of a user with one role for each group. */
function resultOf({ path: { userId }, body }: SyncRequest) {
  const names = { displayName: "Ada", givenName: "Ada", familyName: "Lovelace" };
  const roles = (body.connection.groups ?? []).map((name) => ({ ...ROLE, name }));
  return { status: 200, body: { userId, ...names, isAuthenticated: true, roles, user: { id: userId } } } as const;
}

function clientOn(respond: ContractFetchOptions["respond"], options: ContractFetchOptions = {}) {
  const fetch = createContractFetch({ ...options, ...(respond && { respond }) });
  return { fetch, client: clientFor(NOWHERE, { fetch, timeoutMs: 500, retry: { limit: 0 } }) };
}

test("respond chooses the response for each user: its own body, an example, a status or the default", async () => {
  const respond = forSyncs((request) => {
    if (request.path.userId === "auth0|ada") return resultOf(request);
    if (request.path.userId === "u-charles") return "notAuthenticated";
    return request.path.userId === "u-nobody" ? { status: 404 as const } : undefined;
  });
  const { client } = clientOn(respond);
  const groups = ["engineers", "on-call"];
  const ada = await client.syncUserIdentity("auth0|ada", signIn({ groups }));
  expect([ada.userId, ada.roles.map(({ name }) => name)]).toEqual(["auth0|ada", groups]);
  expect(await client.syncUserIdentity("u-charles", signIn())).toEqual(notAuthenticated.value);
  expect(await client.syncUserIdentity("u-other", signIn())).toEqual(synced.value);
  const missing = await client.safeSyncUserIdentity("u-nobody", signIn());
  if (missing.ok || !hasStatus(missing.error, 404)) throw new Error("not a 404");
  expect(missing.error.problem).toEqual({ ...unknownUser.value, instance: missing.error.requestId });
});

test("respond can be async, and where it returns undefined, the option answer counts", async () => {
  const respond = forSyncs(async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return request.path.userId === "u-1" ? resultOf(request) : undefined;
  });
  const { client } = clientOn(respond, { answer: "notAuthenticated" });
  expect(await client.syncUserIdentity("u-1", signIn())).toMatchObject({ userId: "u-1", isAuthenticated: true });
  expect(await client.syncUserIdentity("u-2", signIn())).toEqual(notAuthenticated.value);
});

test("a response with its own problem has that problem and the required headers, which can be replaced", async () => {
  const problem = { title: "Slow down", status: 429 };
  const errorOf = async (headers?: Record<string, string>) => {
    const { client } = clientOn(() => ({ status: 429, body: problem, ...(headers && { headers }) }));
    const result = await client.safeSyncUserIdentity("u", signIn());
    return result.ok ? result : result.error;
  };
  expect(await errorOf()).toMatchObject({ status: 429, retryAfterMs: 5_000 });
  const error = await errorOf({ "retry-after": "7", "X-Proxy": "a" });
  expect(error).toMatchObject({ problem, retryAfterMs: 7_000 });
  expect("problem" in error && error.problem).toEqual(problem);
  expect("headers" in error && error.headers?.get("X-Proxy")).toBe("a");
});

test.for<[reply: unknown, message: RegExp]>([
  [{ ...ok(), body: { ...ok().body, roles: null } }, /^The 200 of respond does not match the contract: \/roles must/],
  [{ status: 200, body: { userId: "u" } }, /^The 200 of respond .*: \/displayName must be present\.$/],
  [{ status: 200, body: [] }, /^The 200 of respond .*: its root must be object\.$/],
  [{ status: 404, body: { status: "404" } }, /^The 404 of respond .*: \/status must be integer/],
  [{ status: 418, body: {} }, /^The contract has no response 418, only 200, 400,/],
  [{ status: 418 }, /^The contract has no response 418/],
  [{ status: "200", body: {} }, /^respond\.status must be a whole number\.$/],
  [{ body: {} }, /^The contract has no response 0/],
  [{ ...ok(), header: {} }, /^respond\.header is not an option\. Did you mean 'headers'\?$/],
  [{ ...ok(), headers: null }, /^respond\.headers must be of type Object\.$/],
  [{ ...ok(), mediaType: "text/html" }, /^The response 200 of SyncUserIdentity has no text\/html\.$/],
  ["sinked", /^The contract has no example 'sinked', only synced,/],
  [null, /^respond must be of type Object\.$/],
  [200, /^respond must be of type Object\.$/],
])("the reply %j of respond is a config error of the call, without retries", async ([reply, message]) => {
  const { client } = clientOn(() => reply as ContractReply);
  const error = { kind: "config", message: expect.stringMatching(message), attempts: 1 };
  expect(await client.safeSyncUserIdentity("u", signIn(), { timeoutMs: 500 })).toMatchObject({ ok: false, error });
});

function ok() {
  const names = { displayName: "Ada", givenName: "Ada", familyName: "Lovelace" };
  return { status: 200, body: { userId: "u", ...names, isAuthenticated: true, roles: [], user: { id: "u" } } } as const;
}

test("respond receives only valid requests that do not fail, with their body and without credentials", async () => {
  const received: ContractRequest[] = [];
  const respond = (request: ContractRequest) => void received.push(request);
  const { client, fetch } = clientOn(respond as () => undefined, { failures: [failTimes(1, "network")] });
  await client.safeSyncUserIdentity("u-1", signIn());
  await client.safeSyncUserIdentity("u-2", { ...signIn(), audience: "" });
  await client.safeSyncUserIdentity("u-3", signIn({ groups: ["g"] }));
  expect(fetch.calls).toHaveLength(3);
  expect(received).toMatchObject([
    { operation: "SyncUserIdentity", path: { userId: "u-3" }, body: signIn({ groups: ["g"] }) },
  ]);
  expect(Object.keys(received[0]?.headers ?? {})).not.toContain("authorization");
});

test("an error that respond throws is a network error, and respond that hangs ends with the attempt", async () => {
  const cause = new TypeError("fetch failed");
  const fails = clientOn(() => {
    throw cause;
  });
  expect(await fails.client.safeSyncUserIdentity("u", signIn())).toMatchObject({ error: { kind: "network", cause } });
  const hangs = clientOn(() => new Promise(() => {}));
  expect(await hangs.client.safeSyncUserIdentity("u", signIn())).toMatchObject({ error: { kind: "timeout" } });
  const signal = AbortSignal.timeout(30);
  const headers = { "Content-Type": "application/json", Authorization: "Basic a2V5OnM=" };
  const init = { method: "PUT", body: JSON.stringify(signIn()), headers, signal };
  await expect(hangs.fetch(`${NOWHERE}/v1/users/u/$sync`, init)).rejects.toMatchObject({ name: "TimeoutError" });
});

test("the type of respond allows what the contract declares", () => {
  createContractFetch({ respond: () => "notAuthenticated" });
  createContractFetch({ respond: () => ({ status: 404, example: "unknownUser" }) });
  // @ts-expect-error The contract declares no 418.
  createContractFetch({ respond: () => ({ status: 418 }) });
  // @ts-expect-error The example belongs to another status.
  createContractFetch({ respond: () => ({ status: 404, example: "synced" }) });
  // @ts-expect-error A 200 always has roles.
  createContractFetch({ respond: () => ({ status: 200, body: { ...ok().body, roles: null } }) });
  // @ts-expect-error The operation has no such path parameter.
  createContractFetch({ respond: forSyncs(({ path }) => (path.user ? "synced" : undefined)) });
});

test.for<[options: unknown, message: string]>([
  [null, "options must be of type Object."],
  [{ answers: "synced" }, "answers is not an option. Did you mean 'answer'?"],
  [{ answer: null }, "answer must be of type Object."],
  [{ answer: 404 }, "answer must be of type Object."],
  [{ answer: { status: "404" } }, "answer.status must be a whole number."],
  [{ answer: { status: Number.NaN } }, "answer.status must be a whole number."],
  [{ answer: { status: 404, exmaple: "unknownUser" } }, "answer.exmaple is not an option. Did you mean 'example'?"],
  [{ respond: "synced" }, "respond must be of type Function."],
  [{ respond: null }, "respond must be of type Function."],
  [{ failures: null }, "failures must be of type Array."],
  [{ failures: failTimes(1, "network") }, "failures must be of type Array."],
  [{ failures: ["network"] }, "failures[0] must be of type Object."],
  [{ failures: [failTimes(1, "hang"), { failure: "network" }] }, "failures[1].times must be 0 or more."],
  [{ failures: [failTimes(Number.NaN, "hang")] }, "failures[0].times must be 0 or more."],
  [{ failures: [failTimes(-1, "hang")] }, "failures[0].times must be 0 or more."],
  [{ failures: [failTimes("2" as never, "hang")] }, "failures[0].times must be 0 or more."],
  [{ failures: [{ ...failTimes(1, "hang"), time: 2 }] }, "failures[0].time is not an option. Did you mean 'times'?"],
  [{ failures: [failTimes(1, { status: 99 })] }, "failures[0].failure.status must be a whole number from 200 to 599."],
  [{ failures: [failTimes(1, {} as never)] }, "failures[0].failure.status must be a whole number from 200 to 599."],
  [{ failures: [rateLimit(-1)] }, "failures[0].failure.retryAfterSeconds must be 0 or more."],
  [{ failures: [rateLimit("3" as never)] }, "failures[0].failure.retryAfterSeconds must be 0 or more."],
])("the options %j of createContractFetch are a config error with the option's name", ([options, message]) => {
  const call = () => createContractFetch(options as ContractFetchOptions);
  expect(call).toThrow(expect.objectContaining({ kind: "config", message }));
});

test.for(["netwrok", undefined, null, 503])("the failure %j is a config error that lists the failures", (failure) => {
  const call = () => createContractFetch({ failures: [failTimes(1, failure as never)] });
  expect(call).toThrow(/^failures\[0\]\.failure must be a status or one of network, hang, stalledBody/);
});
