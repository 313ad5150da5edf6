import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type ClientCredentials, clientCredentialsToken } from "../../client/auth0/entry.ts";
import { createNexusClient } from "../../client/nexus-client.ts";
import { signIn } from "../helpers/stub.ts";
import { clientFor, NOWHERE, respond, startFaultServer } from "./fault-server.ts";

const config = (message: string) => expect.objectContaining({ kind: "config", message });

test.for<[options: object, message: string]>([
  [{ retry: { limit: Number.NaN } }, "retry.limit must be 0 or more."],
  [{ retry: { limit: -1 } }, "retry.limit must be 0 or more."],
  [{ retry: { limit: "3" } }, "retry.limit must be 0 or more."],
  [{ retry: { maxMs: null } }, "retry.maxMs must be 0 or more."],
  [{ retry: { limits: 3 } }, "retry.limits is not an option. Did you mean 'limit'?"],
  [{ retry: null }, "retry must be of type Object."],
  [{ retry: 3 }, "retry must be of type Object."],
  [{ timeout: 5 }, "timeout is not an option. Did you mean 'timeoutMs'?"],
  [{ baseURL: NOWHERE }, "baseURL is not an option. Did you mean 'baseUrl'?"],
  [{ proxy: "x" }, "proxy is not an option."],
  [{ timeoutMs: "5" }, "timeoutMs must be more than 0 and at most 2147483647."],
  [{ deadlineMs: null }, "deadlineMs must be more than 0 and at most 2147483647."],
  [{ fetch: "fetch" }, "fetch must be of type Function."],
  [{ onEvent: {} }, "onEvent must be of type Function."],
  [{ headers: new Headers({ "X-A": "1" }) }, "headers must be of type Object."],
  [{ userAgent: 5 }, "userAgent must be of type String."],
  [{ allowInsecureHttp: "false" }, "allowInsecureHttp must be of type Boolean."],
  [{ dangerouslyAllowBrowser: 1 }, "dangerouslyAllowBrowser must be of type Boolean."],
])("the client's options %j are a config error with the option's name", ([options, message]) => {
  expect(() => clientFor(NOWHERE, options)).toThrow(config(message));
});

const BASIC = { type: "basic", username: "key", password: "secret" };
const BEARER = { type: "bearer", token: "t", applicationToken: "a" };

test.for<[options: object, message: string]>([
  [{ credentials: { ...BASIC, pasword: "x" } }, "credentials.pasword is not an option. Did you mean 'password'?"],
  [{ credentials: { ...BASIC, token: "t" } }, "credentials.token is not an option."],
  [{ credentials: { ...BEARER, username: "key" } }, "credentials.username is not an option."],
  [{ credentials: { ...BEARER, aplicationToken: undefined } }, expectedHint("aplicationToken", "applicationToken")],
  [{ responseSchema: null }, "responseSchema must be of type Object."],
  [{ responseSchema: 5 }, "responseSchema must be of type Object."],
  [{ responseSchema: { syncUserIdentty: {} } }, expectedHint("syncUserIdentty", "syncUserIdentity", "responseSchema")],
])("the members %j of the client's options are checked too", ([options, message]) => {
  expect(() => clientFor(NOWHERE, options)).toThrow(config(message));
});

function expectedHint(name: string, meant: string, option = "credentials"): string {
  return `${option}.${name} is not an option. Did you mean '${meant}'?`;
}

test.for([undefined, null, "https://nexus.example", 5])("a client of %j is a config error", (options) => {
  expect(() => createNexusClient(options as never)).toThrow(config("options must be of type Object."));
});

test.for<[options: unknown, message: string]>([
  [{ signal: {} }, "signal must be of type AbortSignal."],
  [{ signal: new AbortController() }, "signal must be of type AbortSignal."],
  [{ signal: null }, "signal must be of type AbortSignal."],
  [{ timeoutMs: "5" }, "timeoutMs must be more than 0 and at most 2147483647."],
  [{ reportsPauses: "yes" }, "reportsPauses must be of type Boolean."],
  [{ sginal: undefined }, "sginal is not an option. Did you mean 'signal'?"],
  [{ headers: null }, "headers must be of type Object."],
  [null, "options must be of type Object."],
])("the options %j of a call are a config error, and nothing is sent", async ([options, message]) => {
  const { url, seen } = await startFaultServer(respond());
  const result = await clientFor(url).safeSyncUserIdentity("u", signIn(), options as never);
  expect(result).toMatchObject({ ok: false, error: config(message) });
  expect(seen).toEqual([]);
});

test.for([[5], []])("a call with the arguments %j is a config error with the parameter's name", async (args) => {
  const { url, seen } = await startFaultServer(respond());
  const { safeSyncUserIdentity } = clientFor(url);
  const result = await (safeSyncUserIdentity as (...args: unknown[]) => Promise<object>)(...args);
  const message = expect.stringMatching(/^userId must be a string/);
  expect(result).toMatchObject({ ok: false, error: { kind: "config", message } });
  expect(seen).toEqual([]);
});

test("an async fetch and onEvent, and options that are undefined, are accepted", async () => {
  const { url } = await startFaultServer(respond());
  const fetch: typeof globalThis.fetch = async (...args) => globalThis.fetch(...args);
  const unset = { userAgent: undefined, retry: undefined, timeoutMs: undefined, responseSchema: undefined };
  const client = clientFor(url, { fetch, onEvent: async () => {}, ...unset });
  const options = { signal: undefined, timeoutMs: undefined, headers: undefined };
  expect(await client.safeSyncUserIdentity("u", signIn(), options)).toMatchObject({ ok: true });
});

test.for([undefined, null, 5, "", {}, true])("a secret %j is an auth error, and nothing is sent", async (secret) => {
  const { url, seen } = await startFaultServer(respond());
  const source = async () => secret as string;
  for (const credentials of [
    { type: "bearer", token: source, applicationToken: "application" },
    { type: "bearer", token: "token", applicationToken: source },
    { type: "basic", username: "key", password: source },
  ] as const) {
    const result = await clientFor(url, { credentials }).safeSyncUserIdentity("u", signIn());
    expect(result).toMatchObject({ ok: false, error: { kind: "auth", attempts: 0 } });
  }
  expect(seen).toEqual([]);
});

test("an empty password is an auth error, and nothing is sent", async () => {
  const { url, seen } = await startFaultServer(respond());
  const credentials = { type: "basic", username: "key", password: "" } as const;
  const result = await clientFor(url, { credentials }).safeSyncUserIdentity("u", signIn());
  expect(result).toMatchObject({ ok: false, error: { kind: "auth" } });
  expect(seen).toEqual([]);
});

test.for(["domain", "clientId", "clientSecret", "audience"] as const)(
  "client credentials without %s are a config error",
  (name) => {
    const complete: ClientCredentials = { domain: "acme.example", clientId: "c", clientSecret: "s", audience: "a" };
    for (const value of [undefined, null, 5, ""]) {
      const call = () => clientCredentialsToken({ ...complete, [name]: value });
      expect(call).toThrow(config(`${name} must be a non-empty string.`));
    }
  },
);

test.for<[options: unknown, message: string]>([
  [undefined, "options must be of type Object."],
  [null, "options must be of type Object."],
  [{ tenant: "acme" }, "tenant is not an option."],
  [{ fetch: "fetch" }, "fetch must be of type Function."],
])("the options %j of clientCredentialsToken are a config error with the option's name", ([options, message]) => {
  const complete: ClientCredentials = { domain: "acme.example", clientId: "c", clientSecret: "s", audience: "a" };
  const call = () => clientCredentialsToken((options ? { ...complete, ...options } : options) as ClientCredentials);
  expect(call).toThrow(config(message));
});

test.for([
  "Thursday, 26-Nov-26 21:00:00 GMT",
  "Thu Nov 26 21:00:00 2026",
  "Thu, 26 Nov 2026",
  "Nov 26 2026",
  "Invalid Date",
  "1.0",
  "+1",
])("the Retry-After %j is neither delta-seconds nor an IMF-fixdate, and is ignored", async (value) => {
  const { url, seen } = await startFaultServer(respond(503, { "Retry-After": value }));
  const result = await clientFor(url, { retry: { limit: 1, baseMs: 1 } }).safeSyncUserIdentity("u", signIn());
  expect(result).toMatchObject({ ok: false, error: { status: 503, retryAfterMs: undefined } });
  expect(seen).toHaveLength(2);
});

test.for([
  "package-entry",
  "bulk/sync-many",
  "validate",
  "testing/contract-fetch",
  "token/cached-token",
  "auth0/entry",
])("the import of client/%s uses no global of the web", async (file) => {
  const url = new URL(`../../client/${file}.ts`, import.meta.url);
  const names =
    "fetch Response Request Headers FormData TextEncoder TextDecoder ReadableStream AbortSignal crypto btoa";
  const code = `for (const name of "${names}".split(" ")) delete globalThis[name]; await import("${url}");`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
});
