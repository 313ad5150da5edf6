import fc from "fast-check";
import { expect, test } from "vitest";
import { createContractFetch } from "../../client/testing/contract-fetch.ts";
import type { RunningServer } from "../../server/running-server.ts";
import { basicHeader, bearerOf, JSON_TYPE, signIn, startStubWithClient } from "../helpers/stub.ts";

interface Sent {
  path?: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

const PATH = "/v1/users/u-ada/$sync";

/** What both answer to one request: status, the problem's type, and the place of each violation. */
async function bothAnswer(server: RunningServer, { path = PATH, method = "PUT", body = signIn(), headers }: Sent) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const usual = { ...JSON_TYPE, ...basicHeader(server) };
  const init = () => ({ method, headers: headers ?? usual, ...(method !== "GET" && { body: new Blob([text]) }) });
  const real = await fetch(server.url + path, init());
  const ours = await createContractFetch()(server.url + path, init());
  return [await essence(real), await essence(ours)];
}

async function essence(response: Response) {
  const { type, errors = [] } = (await response.json()) as { type?: string; errors?: Violation[] };
  const places = errors.map(({ pointer, name, detail }) => `${pointer ?? name}: ${detail}`).sort();
  const names = ["Content-Type", "WWW-Authenticate", "Allow"];
  const media = names.map((name) => response.headers.get(name)?.split(";")[0]);
  return { status: response.status, type, places, media };
}

interface Violation {
  pointer?: string;
  name?: string;
  detail: string;
}

const BASIC = { Authorization: "Basic" };
const OTHER = { ...signIn(), connection: {}, attributes: [{}, { key: "", value: 1 }], clientUpnKey: "x".repeat(256) };

test.for<[string, Sent, number]>([
  ["good", {}, 200],
  ["members of its own", { body: { ...signIn(), extra: 1 } }, 200],
  ["groups null", { body: signIn({ groups: null }) }, 200],
  ["an encoded $", { path: "/v1/users/u-ada/%24sync" }, 200],
  ["a query", { path: `${PATH}?x=1` }, 200],
  ["no object", { body: [] }, 400],
  ["no member", { body: {} }, 400],
  ["wrong members everywhere", { body: OTHER }, 400],
  ["a wrong type", { body: { ...signIn(), audience: 7, attributes: null } }, 400],
  ["wrong groups", { body: signIn({ groups: [null as never, "g"] }) }, 400],
  ["no JSON", { body: "{" }, 400],
  ["nothing", { body: "" }, 400],
  ["U+0000", { body: signIn({ audience: "a\u0000" }) }, 400],
  ["a lone surrogate", { body: signIn({ attributes: { "k\ud800": "v" } }) }, 400],
  ["a control character in the user id", { path: "/v1/users/a%00b/$sync" }, 400],
  ["a user id that is no UTF-8", { path: "/v1/users/a%FFb/$sync" }, 400],
  ["another method", { method: "POST" }, 405],
  ["a GET", { method: "GET" }, 405],
  ["another path", { path: "/v1/users/u-ada/sync" }, 404],
  ["no user id", { path: "/v1/users//$sync" }, 404],
  ["two segments", { path: "/v1/users/a/b/$sync" }, 404],
  ["a slash at the end", { path: `${PATH}/` }, 404],
  ["another case", { path: "/v1/Users/u-ada/$sync" }, 404],
  ["no credentials", { headers: JSON_TYPE }, 401],
  ["no secret", { headers: { ...JSON_TYPE, ...BASIC } }, 401],
  ["an unknown scheme", { headers: { ...JSON_TYPE, Authorization: "Digest a" } }, 401],
])("the contract's fetch answers like the server: %s", async ([, sent, status]) => {
  const { server } = await startStubWithClient();
  const [real, ours] = await bothAnswer(server, sent);
  expect(real?.status).toBe(status);
  expect(ours).toEqual(real);
});

test("Bearer counts only together with the application token", async () => {
  const { server } = await startStubWithClient();
  const { token, applicationToken } = bearerOf(server);
  const bearer = { ...JSON_TYPE, Authorization: `Bearer ${token}` };
  const application = { "X-Application-Token": String(applicationToken) };
  const statuses: number[] = [];
  for (const headers of [bearer, { ...JSON_TYPE, ...application }, { ...bearer, ...application }]) {
    const [real, ours] = await bothAnswer(server, { headers });
    expect(ours).toEqual(real);
    statuses.push(ours?.status ?? 0);
  }
  expect(statuses).toEqual([401, 401, 200]);
});

test.for([
  ["application/json; charset=utf-8", 200],
  ["Text/JSON", 200],
  ["application/scim+json", 200],
  ["application/json; charset=latin1", 415],
  ["application/json; charset=UTF-8; charset=utf-16", 415],
  ["application/+json", 415],
  ["text/plain", 415],
  ["", 415],
] as const)("the contract's fetch takes a media type like the server: %s", async ([type, status]) => {
  const { server } = await startStubWithClient();
  const headers = { ...basicHeader(server), ...(type && { "Content-Type": type }) };
  const [real, ours] = await bothAnswer(server, { headers });
  expect(real?.status).toBe(status);
  expect(ours).toEqual(real);
});

test("a content coding is refused by both", async () => {
  const { server } = await startStubWithClient();
  const headers = { ...JSON_TYPE, ...basicHeader(server), "Content-Encoding": "gzip" };
  const [real, ours] = await bothAnswer(server, { headers });
  expect(real?.status).toBe(415);
  expect(ours).toEqual(real);
});

test("whatever the body, the server and the contract's fetch agree", async () => {
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
      const [real, ours] = await bothAnswer(server, { body: value });
      expect(ours).toEqual(real);
    }),
    { seed: 11, numRuns: 200 },
  );
});
