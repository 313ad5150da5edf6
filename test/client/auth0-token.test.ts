import { inspect } from "node:util";
import { expect, test } from "vitest";
import { type ActionCache, cachedToken, clientCredentialsToken, type FetchToken } from "../../client/auth0/entry.ts";
import { createActionApi } from "./auth0-action.ts";
import { startFaultServer } from "./fault-server.ts";

const HOUR_MS = 3_600_000;
const call = (signal = new AbortController().signal) => ({ forceRefresh: false, signal });
const GRANT = { domain: "acme.eu.auth0.example", clientId: "c", clientSecret: "s3cret-marker", audience: "a" };

/** Returns the tokens t-1, t-2, … */
function tokens(expiresInMs = HOUR_MS): FetchToken {
  let count = 0;
  return async () => {
    count += 1;
    return { token: `t-${count}`, expiresInMs };
  };
}

test("a token is cached, also for the next execution, and replaced by a forced refresh", async () => {
  const { cache } = createActionApi().api;
  const fetchToken = tokens();
  const source = () => cachedToken(cache, fetchToken, { key: "k" });
  expect([await source()(call()), await source()(call())]).toEqual(["t-1", "t-1"]);
  expect(await source()({ ...call(), forceRefresh: true })).toBe("t-2");
  expect([await source()(call()), cache.get("k")?.value]).toEqual(["t-2", "t-2"]);
});

test("a cache entry expires a minute before its token, and after at most a day", async () => {
  const lives: (number | undefined)[] = [];
  const cache: ActionCache = { get: () => undefined, set: (_key, _value, options) => lives.push(options?.ttl) };
  for (const ms of [HOUR_MS, 99 * HOUR_MS, 60_000]) await cachedToken(cache, tokens(ms))(call());
  expect(lives).toEqual([3_540_000, 86_400_000]);
});

test("an expired entry is not used", async () => {
  const cache = { get: () => ({ value: "old", expires_at: Date.now() - 1 }), set: () => {} };
  expect(await cachedToken(cache, tokens())(call())).toBe("t-1");
});

test("a token is fetched by the client credentials grant; without expires_in its lifetime is 0", async () => {
  const requests: Request[] = [];
  const responses = [{ access_token: "t", expires_in: 60 }, { access_token: "t" }];
  const fetch: typeof globalThis.fetch = async (...request) => {
    requests.push(new Request(...request));
    return Response.json(responses.shift());
  };
  const fetchToken = clientCredentialsToken({ ...GRANT, fetch });
  expect(await fetchToken(call())).toEqual({ token: "t", expiresInMs: 60_000 });
  expect(await fetchToken(call())).toEqual({ token: "t", expiresInMs: 0 });
  const [request] = requests;
  expect(request).toMatchObject({ method: "POST", url: "https://acme.eu.auth0.example/oauth/token" });
  expect(request?.headers.get("Content-Type")).toBe("application/json");
  expect(await request?.json()).toEqual({
    grant_type: "client_credentials",
    client_id: "c",
    client_secret: "s3cret-marker",
    audience: "a",
  });
});

test("a redirect of the token endpoint is not followed", async () => {
  const target = await startFaultServer((_, response) => response.end());
  const { url } = await startFaultServer((_, response) => response.writeHead(307, { Location: target.url }).end());
  const fetchToken = clientCredentialsToken({ ...GRANT, fetch: (_, init) => fetch(url, init) });
  await expect(fetchToken(call())).rejects.toMatchObject({
    kind: "auth",
    message: "The token endpoint returned 307.",
  });
  expect(target.seen).toEqual([]);
});

test("a body that stalls ends with the call's signal", async () => {
  const { url } = await startFaultServer((_, response) => response.writeHead(200).write('{"access_token":'));
  const fetchToken = clientCredentialsToken({ ...GRANT, fetch: (_, init) => fetch(url, init) });
  await expect(fetchToken({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: "TimeoutError" });
});

test.for<[string, () => Response, string]>([
  ["an error status", () => Response.json({ error: "body-marker" }, { status: 403 }), "returned 403"],
  ["text", () => new Response("body-marker"), "returned no access token"],
  ["null", () => Response.json(null), "returned no access token"],
  ["an empty token", () => Response.json({ access_token: "" }), "returned no access token"],
])("%s from the token endpoint is an auth error without a secret", async ([, respondWith, message]) => {
  const fetchToken = clientCredentialsToken({ ...GRANT, fetch: async () => respondWith() });
  const error: unknown = await fetchToken(call()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: "auth", message: expect.stringContaining(message) });
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/marker/);
});

test.for(["https://acme.example", "acme.example/path", "user@acme.example", ""])(
  "the domain %j is refused",
  (domain) => {
    expect(() => clientCredentialsToken({ ...GRANT, domain })).toThrow(expect.objectContaining({ kind: "config" }));
  },
);
