import { expect, test } from "vitest";
import type { SecretAsk } from "../../client/credentials.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, startFaultServer } from "./fault-server.ts";

/** A server that takes one token, and a source that brings it only when it is forced to. */
async function startExpired() {
  const { url, seen } = await startFaultServer((request, response) => {
    const isGood = request.headers.authorization === "Bearer fresh";
    response.writeHead(isGood ? 200 : 401, { "Content-Type": "application/json" }).end("{}");
  });
  const asks: SecretAsk[] = [];
  const token = async (ask: SecretAsk) => {
    asks.push(ask);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return ask.forceRefresh ? "fresh" : "stale";
  };
  const client = clientFor(url, { credentials: { type: "bearer", token, applicationToken: "app" } });
  return { client, seen, forced: () => asks.filter(({ forceRefresh }) => forceRefresh).length };
}

test("twenty parallel calls on an expired token make one forced refresh, and all succeed", async () => {
  const { client, forced, seen } = await startExpired();
  const results = await Promise.all(Array.from({ length: 20 }, () => client.safeSyncUserIdentity("u", signIn())));
  expect(results.filter(({ ok }) => ok)).toHaveLength(20);
  expect([forced(), seen.length]).toEqual([1, 40]);
});

test("a token that is refused again is an error, and the next call may refresh once more", async () => {
  const { url, seen } = await startFaultServer((_, response) => response.writeHead(401).end());
  const asks: boolean[] = [];
  const token = ({ forceRefresh }: SecretAsk) => {
    asks.push(forceRefresh);
    return "wrong";
  };
  const client = clientFor(url, { credentials: { type: "bearer", token, applicationToken: "app" } });
  for (const calls of [1, 2]) {
    expect(await client.safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: false, error: { status: 401 } });
    expect(seen).toHaveLength(calls * 2);
  }
  expect(asks).toEqual([false, true, false, true]);
});

test("a static secret that is refused is not tried again", async () => {
  const { url, seen } = await startFaultServer((_, response) => response.writeHead(401).end());
  expect(await clientFor(url).safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: false, error: { status: 401 } });
  expect(seen).toHaveLength(1);
});

test("a refresh that fails is an auth error", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(401).end());
  const password = ({ forceRefresh }: SecretAsk) => {
    if (forceRefresh) throw new Error("vault is sealed");
    return "old";
  };
  const client = clientFor(url, { credentials: { type: "basic", username: "key", password } });
  expect(await client.safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: false, error: { kind: "auth" } });
});
