import { afterEach, expect, test, vi } from "vitest";
import { cachedToken as cachedInAction } from "../../client/auth0/entry.ts";
import { cachedToken, type FetchedToken, type FetchToken, type TokenSource } from "../../client/token/cached-token.ts";
import { signIn } from "../helpers/stub.ts";
import { createActionApi } from "./auth0-action.ts";
import { clientFor, JSON_TYPE, respond, startFaultServer } from "./fault-server.ts";

const HOUR_MS = 3_600_000;

afterEach(() => void vi.useRealTimers());

/** Returns the tokens t-1, t-2, … after 10 ms. */
function tokens(expiresInMs = HOUR_MS) {
  const fetched: string[] = [];
  const fetchToken: FetchToken = async () => {
    const token = `t-${fetched.push("fetched")}`;
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { token, expiresInMs };
  };
  return { fetched, fetchToken };
}

function clientWith(token: TokenSource, url: string) {
  return clientFor(url, { credentials: { type: "bearer", token, applicationToken: "application" } });
}

/** The Authorization headers of calls one after another. */
async function sentBy(token: TokenSource, calls: number) {
  const { url, seen } = await startFaultServer(respond());
  for (let count = 0; count < calls; count += 1) {
    await clientWith(token, url).syncUserIdentity("u", signIn());
  }
  return seen.map(({ headers }) => headers.authorization);
}

test("a token is fetched once for the calls of all clients, and again shortly before it expires", async () => {
  expect(await sentBy(cachedToken(tokens().fetchToken), 3)).toEqual(["Bearer t-1", "Bearer t-1", "Bearer t-1"]);
  vi.useFakeTimers({ toFake: ["performance"] });
  const token = cachedToken(tokens().fetchToken);
  expect(await sentBy(token, 1)).toEqual(["Bearer t-1"]);
  vi.advanceTimersByTime(HOUR_MS - 60_001);
  expect(await sentBy(token, 1)).toEqual(["Bearer t-1"]);
  vi.advanceTimersByTime(2);
  expect(await sentBy(token, 1)).toEqual(["Bearer t-2"]);
});

test("a token that lives no longer than skewMs is fetched for each call", async () => {
  for (const expiresInMs of [60_000, 0, -1]) {
    expect(await sentBy(cachedToken(tokens(expiresInMs).fetchToken), 2)).toEqual(["Bearer t-1", "Bearer t-2"]);
  }
});

test("a change of the system's time does not change how long a token is used", async () => {
  const token = cachedToken(tokens().fetchToken);
  await sentBy(token, 1);
  for (const days of [-1, 1]) {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * 24 * HOUR_MS });
    expect(await sentBy(token, 1)).toEqual(["Bearer t-1"]);
    vi.useRealTimers();
  }
});

test("parallel calls share one fetch and its error, and the next call fetches again", async () => {
  const { url, seen } = await startFaultServer(respond());
  const { fetched, fetchToken } = tokens();
  let failures = 0;
  const client = clientWith(
    cachedToken(async (ask) => {
      if (failures > 0) return fetchToken(ask);
      failures += 1;
      throw new Error("vault is sealed");
    }),
    url,
  );
  const callAll = () => Promise.all(Array.from({ length: 20 }, () => client.safeSyncUserIdentity("u", signIn())));
  for (const result of await callAll()) {
    const message = "The source of 'token' failed: vault is sealed";
    expect(result).toMatchObject({ ok: false, error: { kind: "auth", message } });
  }
  expect([failures, seen.length]).toEqual([1, 0]);
  expect((await callAll()).filter(({ ok }) => ok)).toHaveLength(20);
  expect([fetched.length, seen.length]).toEqual([1, 20]);
});

test("after a 401, parallel calls of one client share one new token, which later calls use", async () => {
  const { url, seen } = await startFaultServer(({ headers }, response) => {
    response.writeHead(headers.authorization === "Bearer t-1" ? 401 : 200, JSON_TYPE).end("{}");
  });
  const { fetched, fetchToken } = tokens();
  const client = clientWith(cachedToken(fetchToken), url);
  const call = () => client.safeSyncUserIdentity("u", signIn());
  const results = await Promise.all(Array.from({ length: 20 }, call));
  expect([results.filter(({ ok }) => ok).length, fetched.length, seen.length]).toEqual([20, 2, 40]);
  expect(await call()).toMatchObject({ ok: true, meta: { attempts: 1 } });
});

test.for([
  undefined,
  null,
  "token",
  { access_token: "t", expires_in: 60 },
  { token: "", expiresInMs: HOUR_MS },
  { token: 5, expiresInMs: HOUR_MS },
  { token: "t" },
  { token: "t", expiresInMs: "3600" },
  { token: "t", expiresInMs: Number.NaN },
])("%o from fetchToken is an auth error that names its form, and nothing is sent", async (fetched) => {
  const { url, seen } = await startFaultServer(respond());
  const client = clientWith(
    cachedToken(async () => fetched as FetchedToken),
    url,
  );
  const error = { kind: "auth", message: expect.stringContaining("fetchToken must return { token, expiresInMs }") };
  expect(await client.safeSyncUserIdentity("u", signIn())).toMatchObject({ ok: false, error });
  expect(seen).toEqual([]);
});

test.for<[options: unknown, message: string]>([
  [{ skewMs: Number.NaN }, "skewMs must be 0 or more."],
  [{ skewMs: -1 }, "skewMs must be 0 or more."],
  [{ skewMs: "3" }, "skewMs must be 0 or more."],
  [{ skewMs: null }, "skewMs must be 0 or more."],
  [{ skewms: 3 }, "skewms is not an option. Did you mean 'skewMs'?"],
  [null, "options must be of type Object."],
  [60_000, "options must be of type Object."],
])("the options %o of both cachedToken are a config error with the option's name", ([options, message]) => {
  const { fetchToken } = tokens();
  const error = expect.objectContaining({ kind: "config", message });
  expect(() => cachedToken(fetchToken, options as object)).toThrow(error);
  expect(() => cachedInAction(createActionApi().api.cache, fetchToken, options as object)).toThrow(error);
});

test("arguments of another type are a config error with their name", () => {
  const { fetchToken } = tokens();
  const { cache } = createActionApi().api;
  const config = (message: RegExp) =>
    expect.objectContaining({ kind: "config", message: expect.stringMatching(message) });
  for (const wrong of [undefined, null, "token", { token: "t" }] as never[]) {
    expect(() => cachedToken(wrong)).toThrow(config(/^fetchToken must be of type Function/));
    expect(() => cachedInAction(cache, wrong)).toThrow(config(/^fetchToken must be of type Function/));
    expect(() => cachedInAction(wrong, fetchToken)).toThrow(config(/^cache must be/));
  }
  expect(() => cachedInAction(cache, fetchToken, { key: 5 as never })).toThrow(config(/^key must be of type String/));
});
