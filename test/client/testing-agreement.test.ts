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
}

const PATH = "/v1/users/u-ada/$sync";

/** Summaries of the responses of the server and of the contract fetch. */
async function respondBoth(server: RunningStub, { path = PATH, method = "PUT", body = signIn(), headers }: Sent) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const usual = { ...JSON_TYPE, ...basicHeader(server) };
  const init = () => ({ method, headers: headers ?? usual, ...(method !== "GET" && { body: new Blob([text]) }) });
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

async function expectAgreement(sent: (server: RunningStub) => Sent, status: number): Promise<void> {
  const { server } = await startStubWithClient();
  const [real, ours] = await respondBoth(server, sent(server));
  expect(real?.status).toBe(status);
  expect(ours).toEqual(real);
}

const INVALID = { ...signIn(), connection: {}, attributes: [{}, { key: "", value: 1 }], clientUpnKey: "x".repeat(256) };

test.for<[string, Sent, number]>([
  ["a valid request", {}, 200],
  ["undeclared members", { body: { ...signIn(), extra: 1 } }, 200],
  ["groups null", { body: signIn({ groups: null }) }, 200],
  ["an encoded $", { path: "/v1/users/u-ada/%24sync" }, 200],
  ["a query", { path: `${PATH}?x=1` }, 200],
  ["an array", { body: [] }, 400],
  ["an empty object", { body: {} }, 400],
  ["violations everywhere", { body: INVALID }, 400],
  ["a wrong type", { body: { ...signIn(), audience: 7, attributes: null } }, 400],
  ["wrong groups", { body: signIn({ groups: [null as never, "g"] }) }, 400],
  ["invalid JSON", { body: "{" }, 400],
  ["an empty body", { body: "" }, 400],
  ["U+0000", { body: signIn({ audience: "a\u0000" }) }, 400],
  ["a lone surrogate", { body: signIn({ attributes: { "k\ud800": "v" } }) }, 400],
  ["a control character in the user id", { path: "/v1/users/a%00b/$sync" }, 400],
  ["a user id that is not UTF-8", { path: "/v1/users/a%FFb/$sync" }, 400],
  ["another method", { method: "POST" }, 405],
  ["a GET", { method: "GET" }, 405],
  ["another path", { path: "/v1/users/u-ada/sync" }, 404],
  ["no user id", { path: "/v1/users//$sync" }, 404],
  ["two segments", { path: "/v1/users/a/b/$sync" }, 404],
  ["a slash at the end", { path: `${PATH}/` }, 404],
  ["another case", { path: "/v1/Users/u-ada/$sync" }, 404],
  ["no credentials", { headers: JSON_TYPE }, 401],
  ["no secret", { headers: { ...JSON_TYPE, Authorization: "Basic" } }, 401],
  ["an unknown scheme", { headers: { ...JSON_TYPE, Authorization: "Digest a" } }, 401],
])("the contract fetch responds like the server: %s", async ([, sent, status]) => {
  await expectAgreement(() => sent, status);
});

test.for([
  [["token"], 401],
  [["applicationToken"], 401],
  [["token", "applicationToken"], 200],
] as const)("server and contract fetch respond the same to Bearer with %j", async ([names, status]) => {
  await expectAgreement((server) => {
    const { token, applicationToken } = bearerOf(server);
    const all = {
      token: ["Authorization", `Bearer ${token}`],
      applicationToken: ["X-Application-Token", applicationToken],
    };
    return { headers: { ...JSON_TYPE, ...Object.fromEntries(names.map((name) => all[name])) } };
  }, status);
});

test.for([
  [{ "Content-Type": "application/json; charset=utf-8" }, 200],
  [{ "Content-Type": "Text/JSON" }, 200],
  [{ "Content-Type": "application/scim+json" }, 200],
  [{ "Content-Type": "application/json; charset=latin1" }, 415],
  [{ "Content-Type": "application/json; charset=UTF-8; charset=utf-16" }, 415],
  [{ "Content-Type": "application/+json" }, 415],
  [{ "Content-Type": "text/plain" }, 415],
  [{}, 415],
  [{ ...JSON_TYPE, "Content-Encoding": "gzip" }, 415],
] as const)("server and contract fetch respond the same to a body with %j", async ([headers, status]) => {
  await expectAgreement(
    (server) => ({ headers: { ...basicHeader(server), ...headers } as Record<string, string> }),
    status,
  );
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
