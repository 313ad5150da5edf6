import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { contractOf } from "../../../client/testing/contract.ts";
import { createFetch } from "../../../client/testing/contract-fetch.ts";
import { type StubOptions, startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, basic, currentClaims, mint } from "../../helpers/access.ts";
import { contractFolder } from "../../scripts/generate/contract-folder.ts";

const contractWith = (security: string) => `openapi: 3.1.1
info: { title: Things, version: 1.0.0 }
paths:
  /things:
    get:
      operationId: readThings
      ${security}
      responses:
        "200":
          description: Things.
          content: { application/json: { schema: { type: array }, example: [] } }
components:
  securitySchemes:
    Login:
      type: oauth2
      flows:
        clientCredentials: { tokenUrl: https://login.example/token, scopes: { read: Reads, write: Writes } }
        authorizationCode:
          authorizationUrl: https://login.example/authorize
          tokenUrl: https://login.example/token
          refreshUrl: https://login.example/refresh
          scopes: { admin: Everything }
    OpenId: { type: openIdConnect, openIdConnectUrl: https://login.example/.well-known/openid-configuration }
    Basic: { type: http, scheme: basic }
  schemas: {}
`;

/** The URL of a generated operation with this security. */
async function startThings(security: string, options: StubOptions = { access: ACCESS }) {
  const folder = await contractFolder({ "openapi.yaml": contractWith(security) });
  expect(await folder.generate()).toMatchObject({ code: 0 });
  const document = pathToFileURL(join(folder.root, "out/openapi.json"));
  const server = await startStub({ document, controlPort: "none", ...options });
  onTestFinished(() => server.close());
  const contract = JSON.parse(folder.read("out/openapi.json"));
  return { url: `${server.url}/things`, demo: server.demo, contractFetch: createFetch(contractOf(contract), {}) };
}

const token = (...permissions: string[]) => `Bearer ${mint({ ...currentClaims(), permissions })}`;
const scoped = (scope: string) => `Bearer ${mint({ ...currentClaims(), permissions: undefined, scope })}`;

const BOTH = "[{ Login: [read, write] }]";
const EITHER = "[{ Login: [read] }, { Login: [admin] }]";
const ROLE = "[{ Basic: [user.write] }]";
const lacks = (scheme: string, scopes: string) => `${scheme} must hold all of these scopes: ${scopes}.`;

test.for<[security: string, sent: string, authorization: string, status: number, detail?: string]>([
  ["[{ Login: [] }]", "any token", token(), 200],
  ["[{ Login: [] }]", "nothing", "", 401, "Login is missing."],
  ["[{ Login: [] }]", "no token", "Bearer wrong", 401, "Login is malformed."],
  [BOTH, "a token with more permissions", token("read", "write", "more"), 200],
  [BOTH, "a token with these scopes", scoped("openid write read"), 200],
  [BOTH, "a token with one of them", token("read"), 403, lacks("Login", "read, write")],
  ["[{ OpenId: [any.scope] }]", "a token with the scope", token("any.scope"), 200],
  ["[{ OpenId: [any.scope] }]", "another token", token("read"), 403, lacks("OpenId", "any.scope")],
  [EITHER, "a token for the second alternative", token("admin"), 200],
  [EITHER, "another token", token("write"), 403, `${lacks("Login", "read")} ${lacks("Login", "admin")}`],
  ["[{ Login: [read] }, { Basic: [] }]", "an API key", basic(), 200],
  ["[{ Login: [read] }, {}]", "a token without the scope", token("write"), 200],
  [ROLE, "an API key with the role", basic("key-main"), 200],
  [ROLE, "an API key without the role", basic("key-reader"), 403, lacks("Basic", "user.write")],
])("security %s and %s lead to its status", async ([security, , Authorization, status, detail]) => {
  const { url } = await startThings(`security: ${security}`);
  const response = await fetch(url, { headers: { Authorization } });
  expect(response.status).toBe(status);
  if (detail !== undefined) expect(await response.json()).toMatchObject({ detail });
});

test("all scopes and one of the required permissions are necessary", async () => {
  const { url } = await startThings("security: [{ Login: [read] }]\n      x-required-permissions: [a, b]");
  const permission = "Login must hold one of these permissions: a, b.";
  for (const [Authorization, status, detail] of [
    [token("read", "b"), 200, undefined],
    [token("read"), 403, permission],
    [token("a"), 403, "Login must hold all of these scopes: read."],
    [token(), 403, `Login must hold all of these scopes: read. ${permission}`],
  ] as const) {
    const response = await fetch(url, { headers: { Authorization } });
    expect(response.status).toBe(status);
    if (detail !== undefined) expect(await response.json()).toMatchObject({ detail });
  }
});

test("a wrong secret is counted once, though two alternatives have its scheme", async () => {
  const { url } = await startThings("security: [{ Basic: [a] }, { Basic: [b] }]");
  const statuses = [];
  for (let count = 0; count < 11; count += 1) {
    statuses.push((await fetch(url, { headers: { Authorization: basic("key-main", "wrong") } })).status);
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429]);
});

test("the demo token holds all scopes of the contract", async () => {
  const { url, demo } = await startThings("security: [{ Login: [read, write] }]", {});
  expect((await fetch(url, { headers: { Authorization: `Bearer ${demo?.bearerToken}` } })).status).toBe(200);
});

test("the contract fetch wants a Bearer token for OAuth 2 and OpenID Connect", async () => {
  for (const security of [BOTH, "[{ OpenId: [any.scope] }]"]) {
    const { url, contractFetch } = await startThings(`security: ${security}`);
    const statusOf = async (Authorization: string) => (await contractFetch(url, { headers: { Authorization } })).status;
    expect([await statusOf("Bearer a"), await statusOf("Basic a2V5OnM=")]).toEqual([200, 401]);
  }
});
