import fc from "fast-check";
import { expect, test } from "vitest";
import { createContractFetch } from "../../client/testing/contract-fetch.ts";
import type { RunningStub } from "../../server/stub/start-stub.ts";
import { basicHeader, bearerOf, JSON_TYPE, signIn, startStubWithClient } from "../helpers/stub.ts";

interface Sent {
  path?: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  credentials?: (keyof ReturnType<typeof credentialsOf>)[];
}

const PATH = "/v1/users/u-ada/$sync";

/** Summaries of the responses of the server and of the contract fetch. */
async function respondBoth(server: RunningStub, { path = PATH, method = "PUT", body = signIn(), ...sent }: Sent) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { headers = JSON_TYPE, credentials = ["basic"] } = sent;
  const all = Object.assign({ ...headers }, ...credentials.map((name) => credentialsOf(server)[name]));
  const init = () => ({ method, headers: all, ...(method !== "GET" && { body: new Blob([text]) }) });
  const real = await fetch(server.url + path, init());
  const ours = await createContractFetch()(server.url + path, init());
  return [await summaryOf(real), await summaryOf(ours)];
}

async function summaryOf(response: Response) {
  const { type, errors = [] } = (await response.json()) as { type?: string; errors?: Violation[] };
  const violations = errors.map(({ pointer, name, detail }) => `${pointer ?? name}: ${detail}`).sort();
  const names = ["Content-Type", "WWW-Authenticate", "Allow"];
  const headers = names.map((name) => response.headers.get(name)?.split(";")[0]);
  return { status: response.status, type, violations, headers };
}

interface Violation {
  pointer?: string;
  name?: string;
  detail: string;
}

const INVALID = { ...signIn(), connection: {}, attributes: [{}, { key: "", value: 1 }], clientUpnKey: "x".repeat(256) };

/** Headers of the demo credentials, by name. */
function credentialsOf(server: RunningStub) {
  const { token, applicationToken } = bearerOf(server);
  return {
    basic: basicHeader(server),
    token: { Authorization: `Bearer ${token}` },
    applicationToken: { "X-Application-Token": String(applicationToken) },
    noSecret: { Authorization: "Basic" },
    unknownScheme: { Authorization: "Digest a" },
  };
}

test.for<[string, Sent, number]>([
  ["a valid request", {}, 200],
  ["undeclared members", { body: { ...signIn(), extra: 1 } }, 200],
  ["groups null", { body: signIn({ groups: null }) }, 200],
  ["an encoded $", { path: "/v1/users/u-ada/%24sync" }, 200],
  ["a query", { path: `${PATH}?x=1` }, 200],
  ["an Accept with other types", { headers: { ...JSON_TYPE, Accept: "text/csv, application/*;q=0.5" } }, 200],
  ["an Accept of everything", { headers: { ...JSON_TYPE, Accept: "*/*" } }, 200],
  ["an Accept of another type", { headers: { ...JSON_TYPE, Accept: "text/csv" } }, 406],
  ["an Accept that excludes JSON", { headers: { ...JSON_TYPE, Accept: "application/json;q=0" } }, 406],
  ["an array", { body: [] }, 400],
  ["violations everywhere", { body: INVALID }, 400],
  ["wrong groups", { body: signIn({ groups: [null as never, "g"] }) }, 400],
  ["invalid JSON", { body: "{" }, 400],
  ["an empty body", { body: "" }, 400],
  ["a lone surrogate in a name", { body: signIn({ attributes: { "k\ud800": "v" } }) }, 400],
  ["U+0000 in undeclared members", { body: { ...signIn(), "a/b": { "~": "\u0000" } } }, 400],
  ["a control character in the user id", { path: "/v1/users/a%00b/$sync" }, 400],
  ["a user id that is not UTF-8", { path: "/v1/users/a%FFb/$sync" }, 400],
  ["another method", { method: "POST" }, 405],
  ["a GET", { method: "GET" }, 405],
  ["another path", { path: "/v1/users/u-ada/sync" }, 404],
  ["no user id", { path: "/v1/users//$sync" }, 404],
  ["two segments", { path: "/v1/users/a/b/$sync" }, 404],
  ["a slash at the end", { path: `${PATH}/` }, 404],
  ["another case", { path: "/v1/Users/u-ada/$sync" }, 404],
  ["no credentials", { credentials: [] }, 401],
  ["no secret", { credentials: ["noSecret"] }, 401],
  ["an unknown scheme", { credentials: ["unknownScheme"] }, 401],
  ["a token only", { credentials: ["token"] }, 401],
  ["an application token only", { credentials: ["applicationToken"] }, 401],
  ["both tokens", { credentials: ["token", "applicationToken"] }, 200],
  ["JSON in UTF-8", { headers: { "Content-Type": "application/json; charset=utf-8" } }, 200],
  ["another spelling of a media type", { headers: { "Content-Type": "Text/JSON" } }, 200],
  ["a media type with the suffix +json", { headers: { "Content-Type": "application/scim+json" } }, 200],
  ["JSON in Latin-1", { headers: { "Content-Type": "application/json; charset=latin1" } }, 415],
  ["two charsets", { headers: { "Content-Type": "application/json; charset=UTF-8; charset=utf-16" } }, 415],
  ["the suffix +json alone", { headers: { "Content-Type": "application/+json" } }, 415],
  ["plain text", { headers: { "Content-Type": "text/plain" } }, 415],
  ["no media type", { headers: {} }, 415],
  ["a compressed body", { headers: { ...JSON_TYPE, "Content-Encoding": "gzip" } }, 415],
])("the contract fetch responds like the server to %s", async ([, sent, status]) => {
  const { server } = await startStubWithClient();
  const [real, ours] = await respondBoth(server, sent);
  expect(real?.status).toBe(status);
  expect(ours).toEqual(real);
});

test("the contract fetch responds like the server to every body", async () => {
  const { server } = await startStubWithClient();
  const text = fc.oneof(fc.string({ maxLength: 5 }), fc.constant(null), fc.integer(), fc.constant("g\u0000"));
  const entry = fc.record({ key: text, value: text }, { requiredKeys: [] });
  const connection = fc.record({ connectionId: text, groups: fc.oneof(fc.array(text), text) }, { requiredKeys: [] });
  const body = fc.record(
    { audience: text, attributes: fc.oneof(fc.array(entry), text), connection, clientUpnKey: text },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const [real, ours] = await respondBoth(server, { body: value });
      expect(ours).toEqual(real);
    }),
    { seed: 11, numRuns: 200 },
  );
});
