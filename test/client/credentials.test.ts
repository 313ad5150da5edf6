import { expect, test } from "vitest";
import type { SecretAsk, SecretSource } from "../../client/credentials.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, JSON_TYPE, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const bearer = (token: SecretSource, applicationToken: SecretSource = "application") =>
  ({ credentials: { type: "bearer", token, applicationToken } }) as const;

test("secret functions run once per call", async () => {
  const { url, seen } = await startFaultServer(respond());
  const asks: [boolean, boolean][] = [];
  const token = ({ forceRefresh, signal }: SecretAsk) => `t-${asks.push([forceRefresh, signal.aborted])}`;
  const client = clientFor(url, bearer(token));
  await client.syncUserIdentity("u", signIn());
  await client.syncUserIdentity("u", signIn());
  expect(asks).toEqual(Array.from({ length: 2 }, () => [false, false]));
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer t-1", "Bearer t-2"]);
});

test("twenty parallel calls with an expired token make one forced refresh, and all succeed", async () => {
  const { url, seen } = await startFaultServer((request, response) => {
    const isFresh = request.headers.authorization === "Bearer fresh";
    response.writeHead(isFresh ? 200 : 401, JSON_TYPE).end("{}");
  });
  let refreshes = 0;
  const token = async ({ forceRefresh }: SecretAsk) => {
    if (forceRefresh) refreshes += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return forceRefresh ? "fresh" : "stale";
  };
  const client = clientFor(url, bearer(token));
  const results = await Promise.all(Array.from({ length: 20 }, () => client.safeSyncUserIdentity("u", signIn())));
  expect(results.filter(({ ok }) => ok)).toHaveLength(20);
  expect([refreshes, seen.length]).toEqual([1, 40]);
});

test("a token that is rejected twice is an error, and the next call may refresh again", async () => {
  const { url, seen } = await startFaultServer(respond(401));
  const asks: boolean[] = [];
  const token = ({ forceRefresh }: SecretAsk) => {
    asks.push(forceRefresh);
    return "wrong";
  };
  const client = clientFor(url, bearer(token));
  for (const calls of [1, 2]) {
    expect(await client.safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: false, error: { status: 401 } });
    expect(seen).toHaveLength(calls * 2);
  }
  expect(asks).toEqual([false, true, false, true]);
});

test("a refresh that fails is an auth error", async () => {
  const { url } = await startFaultServer(respond(401));
  const token = ({ forceRefresh }: SecretAsk) => (forceRefresh ? Promise.reject(new Error("vault is sealed")) : "old");
  const result = await clientFor(url, bearer(token)).safeSyncUserIdentity("u", signIn());
  expect(result).toMatchObject({ ok: false, error: { kind: "auth", cause: { message: "vault is sealed" } } });
});

test("a secret source that fails is an auth error, and the signal of the other source is aborted", async () => {
  const signals: AbortSignal[] = [];
  const token = () => Promise.reject(new Error("vault is sealed"));
  const applicationToken = ({ signal }: SecretAsk) => {
    signals.push(signal);
    return new Promise<string>(() => {});
  };
  const result = await clientFor(NOWHERE, bearer(token, applicationToken)).safeSyncUserIdentity("u", signIn());
  expect(result).toMatchObject({ ok: false, error: { kind: "auth", cause: { message: "vault is sealed" } } });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});
