import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createNexusClient } from "../../client/nexus-client.ts";
import { hasStatus } from "../../client/nexus-error.ts";
import {
  type ContractFetchOptions,
  createContractFetch,
  failTimes,
  rateLimit,
} from "../../client/testing/contract-fetch.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import { OPERATIONS } from "../../generated/operations.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor } from "./fault-server.ts";

const BASE = "https://nexus.example";
const { examples } = contract.components;

function clientOn(options: ContractFetchOptions = {}) {
  const fetch = createContractFetch(options);
  return { fetch, client: clientFor(BASE, { fetch, timeoutMs: 500, retry: { limit: 0 } }) };
}

async function errorOf(options: ContractFetchOptions) {
  const result = await clientOn(options).client.safeSyncUserIdentity("u", signIn());
  if (result.ok) throw new Error("The call succeeded.");
  return result.error;
}

test("the response is the success example of the contract, or the selected example", async () => {
  expect(await clientOn().client.syncUserIdentity("auth0|a/b", signIn())).toEqual(examples.synced.value);
  const { client } = clientOn({ answer: "notAuthenticated" });
  expect(await client.syncUserIdentity("u", signIn())).toEqual(examples.notAuthenticated.value);
});

test("every response of the contract can be selected, with its headers", async () => {
  for (const [key, { examples: names, headers }] of Object.entries(OPERATIONS.SyncUserIdentity.responses)) {
    const status = Number(key) as 404;
    const example = names[0] as "unknownUser";
    const fetch = createContractFetch({ answer: { status, example } });
    const response = await fetch(`${BASE}/v1/users/u/$sync`, good());
    expect([response.status, headers.filter((name) => !response.headers.has(name))]).toEqual([status, []]);
    const expected = { ...examples[example].value, ...(status >= 400 && { instance: "r-1" }) };
    expect(await response.json()).toEqual(expected);
  }
  const error = await errorOf({ answer: { status: 404 } });
  expect(hasStatus(error, 404) && error.problem.type).toBe("urn:nexus-sync:problem:unknown-user");
  expect((await errorOf({ answer: { status: 503 } })).retryAfterMs).toBe(5_000);
});

test("an undeclared response is refused, and the error lists the declared ones", () => {
  // @ts-expect-error The contract has no such example.
  expect(() => createContractFetch({ answer: "sinked" })).toThrow(/'sinked', only synced, notAuthenticated, /);
  // @ts-expect-error The example belongs to another status.
  expect(() => createContractFetch({ answer: { status: 404, example: "synced" } })).toThrow("only unknownUser.");
  // @ts-expect-error The contract declares no 299.
  expect(() => createContractFetch({ answer: { status: 299 } })).toThrow(/no response 299, only .*200, 400, /);
});

test("calls are recorded without their credentials", async () => {
  const { fetch, client } = clientOn({ failures: [failTimes(1, "network")] });
  const bearer = createNexusClient({
    baseUrl: BASE,
    fetch,
    retry: { limit: 0 },
    credentials: { type: "bearer", token: "s3cret-marker-1", applicationToken: "s3cret-marker-2" },
  });
  await bearer.safeSyncUserIdentity("auth0|a/b", signIn({ groups: ["g"] }));
  await client.syncUserIdentity("u-2", signIn());
  expect(fetch.calls).toMatchObject([
    { method: "PUT", userId: "auth0|a/b", body: signIn({ groups: ["g"] }), headers: { accept: "application/json" } },
    { method: "PUT", userId: "u-2", body: signIn() },
  ]);
  const everything = inspect(fetch.calls, { depth: 9 });
  expect(everything).not.toMatch(/s3cret-marker|authorization|basic/i);
});

test.for([
  ["network", { kind: "network" }],
  ["hang", { kind: "timeout" }],
  ["stalledBody", { kind: "timeout" }],
  ["truncatedJson", { kind: "decode" }],
  ["wrongMediaType", { kind: "decode" }],
  ["redirect", { kind: "redirect", status: 307 }],
  [{ status: 502 }, { kind: "http", status: 502, problem: undefined, retryAfterMs: undefined }],
  [{ status: 503 }, { kind: "http", status: 503, problem: { status: 503 }, retryAfterMs: undefined }],
  [
    { status: 503, retryAfterSeconds: 7 },
    { kind: "http", status: 503, retryAfterMs: 7_000 },
  ],
] as const)("the failure %j becomes the client's error", async ([failure, error]) => {
  expect(await errorOf({ failures: [failTimes(Number.POSITIVE_INFINITY, failure)] })).toMatchObject(error);
});

test.for(["hang", "stalledBody"] as const)("%s ends when the request is aborted", async (failure) => {
  const fetch = createContractFetch({ failures: [failTimes(1, failure)] });
  const signal = AbortSignal.timeout(30);
  const body = fetch(`${BASE}/v1/users/u/$sync`, { ...good(), signal }).then((response) => response.text());
  await expect(body).rejects.toMatchObject({ name: "TimeoutError" });
});

test("failures are used up in order, one per request, and then requests succeed", async () => {
  const failures = [failTimes(2, "network"), failTimes(0, "hang"), rateLimit(3), failTimes(1, { status: 503 })];
  const fetch = createContractFetch({ failures });
  const seen: (number | string | null)[] = [];
  for (let count = 0; count < 5; count += 1) {
    const response = await fetch(`${BASE}/v1/users/u/$sync`, good()).catch(() => undefined);
    seen.push(response ? `${response.status} ${response.headers.get("Retry-After")}` : "network");
  }
  expect(seen).toEqual(["network", "network", "429 3", "503 null", "200 null"]);
  expect(fetch.calls).toHaveLength(5);
});

function good(): RequestInit {
  const headers = { "Content-Type": "application/json", Authorization: "Basic a2V5OnM=", "X-Request-Id": "r-1" };
  return { method: "PUT", body: JSON.stringify(signIn()), headers };
}
