import { inspect } from "node:util";
import { expect, test } from "vitest";
import { cachedToken, clientCredentialsToken, type FetchToken } from "../../client/auth0/entry.ts";
import { createActionApi } from "./auth0-action.ts";
import { startFaultServer } from "./fault-server.ts";

const HOUR_MS = 3_600_000;
const call = (signal = new AbortController().signal, forceRefresh = false) => ({ forceRefresh, signal });
const refresh = () => call(undefined, true);
const GRANT = { domain: "acme.eu.auth0.example", clientId: "c", clientSecret: "s3cret-marker", audience: "a" };

/** Returns the tokens t-1, t-2, … and records the signal of each fetch. */
function tokens(expiresInMs = HOUR_MS) {
  const fetched: AbortSignal[] = [];
  const fetchToken: FetchToken = async ({ signal }) => {
    fetched.push(signal);
    return { token: `t-${fetched.length}`, expiresInMs };
  };
  return { fetched, fetchToken };
}

test("a token is fetched once and cached, also for the next execution", async () => {
  const { api } = createActionApi();
  const { fetchToken, fetched } = tokens();
  const first = cachedToken(api.cache, fetchToken);
  expect(await first(call())).toBe("t-1");
  expect(await first(call())).toBe("t-1");
  expect(await cachedToken(api.cache, fetchToken)(call())).toBe("t-1");
  expect(fetched).toHaveLength(1);
});

test("a cache entry expires shortly before its token, and after at most a day", async () => {
  const lives: (number | undefined)[] = [];
  const cache = {
    get: () => undefined,
    set: (_key: string, _value: string, options?: { ttl?: number }) => void lives.push(options?.ttl),
  };
  await cachedToken(cache, tokens(HOUR_MS).fetchToken)(call());
  await cachedToken(cache, tokens(HOUR_MS).fetchToken, { skewMs: 1_000 })(call());
  await cachedToken(cache, tokens(99 * HOUR_MS).fetchToken)(call());
  await cachedToken(cache, tokens(60_000).fetchToken)(call());
  expect(lives).toEqual([3_540_000, 3_599_000, 86_400_000]);
});

test("an expired entry is not used", async () => {
  const cache = { get: () => ({ value: "old", expires_at: Date.now() - 1 }), set: () => {} };
  expect(await cachedToken(cache, tokens().fetchToken)(call())).toBe("t-1");
});

test("a forced refresh fetches a token and replaces the cached one", async () => {
  const { api } = createActionApi();
  const source = cachedToken(api.cache, tokens().fetchToken, { key: "k" });
  await source(call());
  expect(await source(refresh())).toBe("t-2");
  expect(await source(call())).toBe("t-2");
  expect(api.cache.get("k")?.value).toBe("t-2");
});

test("twenty parallel calls share one fetch and its error", async () => {
  const { api } = createActionApi();
  const { fetchToken, fetched } = tokens();
  const source = cachedToken(api.cache, fetchToken);
  const all = Array.from({ length: 20 }, () => source(refresh()));
  expect(new Set(await Promise.all(all))).toEqual(new Set(["t-1"]));
  expect(fetched).toHaveLength(1);

  let failures = 0;
  const failing = cachedToken(api.cache, async () => {
    failures += 1;
    throw new Error("vault is sealed");
  });
  const failed = await Promise.allSettled(all.map(() => failing(refresh())));
  expect(failed.map(({ status }) => status)).toEqual(all.map(() => "rejected"));
  expect(failures).toBe(1);
});

test("when the call that started the fetch is aborted, the other calls still get a token", async () => {
  const { api } = createActionApi();
  let count = 0;
  const source = cachedToken(api.cache, ({ signal }) => {
    count += 1;
    if (count > 1) return Promise.resolve({ token: "t", expiresInMs: HOUR_MS });
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const starter = new AbortController();
  const first = source(call(starter.signal));
  const second = source(call());
  starter.abort(new Error("over"));
  const third = source(call());
  await expect(first).rejects.toThrow("over");
  expect([await second, await third]).toEqual(["t", "t"]);
  expect(count).toBe(2);
});

test("a fetch that ignores its abort does not block later calls", async () => {
  const { api } = createActionApi();
  let count = 0;
  const source = cachedToken(api.cache, () => {
    count += 1;
    return count === 1 ? new Promise(() => {}) : Promise.resolve({ token: "t", expiresInMs: HOUR_MS });
  });
  const starter = new AbortController();
  void source(call(starter.signal));
  starter.abort();
  expect(await source(call())).toBe("t");
});

test("a token is fetched by the client credentials grant, and the call's signal aborts it", async () => {
  const requests: Request[] = [];
  const fetchToken = clientCredentialsToken({
    ...GRANT,
    fetch: async (...request) => {
      requests.push(new Request(...request));
      return Response.json({ access_token: "t", expires_in: 60 });
    },
  });
  const aborting = new AbortController();
  expect(await fetchToken({ signal: aborting.signal })).toEqual({ token: "t", expiresInMs: 60_000 });
  const [request] = requests;
  expect(request).toMatchObject({ method: "POST", url: "https://acme.eu.auth0.example/oauth/token" });
  expect(request?.headers.get("Content-Type")).toBe("application/json");
  expect(await request?.json()).toEqual({
    grant_type: "client_credentials",
    client_id: "c",
    client_secret: "s3cret-marker",
    audience: "a",
  });
  aborting.abort();
  expect(request?.signal.aborted).toBe(true);
});

test("a token without expires_in has a lifetime of 0", async () => {
  const fetch = async () => Response.json({ access_token: "t" });
  expect(await clientCredentialsToken({ ...GRANT, fetch })(call())).toEqual({ token: "t", expiresInMs: 0 });
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
