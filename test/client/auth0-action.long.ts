import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { User } from "../../generated/types.ts";
import { acme, bearerOf, identity, startStubWithClient } from "../helpers/stub.ts";
import { createActionApi, postLoginEvent, runAction, SECRETS, tokenEndpoint } from "./auth0-action.ts";
import { startFaultServer } from "./fault-server.ts";

const ADA = "auth0|ada";
const DENIED = "You can't sign in right now. Please contact your administrator.";
const ROLES = "https://acme.example/roles";

const UPNS = ["erp", "crm"].map((clientUpnKey) => ({
  id: `upn-${clientUpnKey}`,
  userId: ADA,
  clientUpnKey,
  customUpnValue: `ada@${clientUpnKey}.example`,
}));

const KEYLESS = { id: "upn-0", userId: ADA, customUpnValue: "ada@keyless.example" };

/** A server with the user Ada, the event of her sign-in and an Action's api. */
async function startSignIn(user: Partial<User> = {}) {
  const { server } = await startStubWithClient({
    directory: acme({ user: { id: ADA, customUpns: [KEYLESS, ...UPNS], ...user } }),
  });
  const { token, applicationToken } = bearerOf(server);
  const event = postLoginEvent({ NEXUS_URL: server.url, NEXUS_APPLICATION_TOKEN: String(applicationToken) });
  const action = createActionApi();
  return { server, event, action, token: String(token) };
}

test("a sign-in gets its roles and its UPN, and the token is cached for the next one", async () => {
  const { server, event, action, token } = await startSignIn();
  const tokenRequests = tokenEndpoint(() =>
    Response.json({ access_token: token, expires_in: 3_600, token_type: "Bearer" }),
  );
  const { onExecutePostLogin, output } = runAction();

  await onExecutePostLogin(event, action.api);
  expect(action.claims).toEqual({ [ROLES]: ["Engineer"], upn: "ada@erp.example" });
  expect([action.denied, output]).toEqual([[], []]);
  expect((await server.user(ADA))?.identities?.[0]?.groups).toEqual(["engineers", "on-call"]);

  await onExecutePostLogin(event, action.api);
  expect(tokenRequests).toHaveLength(1);
  expect(await tokenRequests[0]?.json()).toEqual({
    grant_type: "client_credentials",
    client_id: SECRETS.CLIENT_ID,
    client_secret: SECRETS.CLIENT_SECRET,
    audience: SECRETS.NEXUS_AUDIENCE,
  });
});

test.for([{}, { upn_key: " " }])(
  "client metadata %j sets no UPN, and an event without an API uses the default audience",
  async (metadata) => {
    const { event, action, token } = await startSignIn();
    tokenEndpoint(() => Response.json({ access_token: token, expires_in: 3_600 }));
    const { resource_server: _, ...rest } = event;
    await runAction().onExecutePostLogin({ ...rest, client: { metadata } }, action.api);
    expect(action.claims).toEqual({ [ROLES]: ["Engineer"] });
  },
);

test.for<[string, Partial<User>]>([
  ["that is inactive", { isActive: false }],
  ["without an identity at the connection", { identities: [identity("con_other")] }],
])("a user %s is denied without claims", async ([, user]) => {
  const { event, action, token } = await startSignIn(user);
  tokenEndpoint(() => Response.json({ access_token: token, expires_in: 3_600 }));
  const { onExecutePostLogin, output } = runAction();
  await onExecutePostLogin(event, action.api);
  expect([action.denied, action.claims, output]).toEqual([[DENIED], {}, []]);
});

const json = { "Content-Type": "application/json" };

test.for<[string, () => Promise<{ url: string }>]>([
  ["is down", async () => ({ url: "http://127.0.0.1:9" })],
  ["never responds", () => startFaultServer(() => {})],
  ["stalls in the body", () => startFaultServer((_, response) => response.writeHead(200, json).write("{"))],
  ["sends a long title", () => startFaultServer((_, response) => response.writeHead(500, json).end(LONG_PROBLEM))],
  ["redirects", () => startFaultServer((_, response) => response.writeHead(307, { Location: "/" }).end())],
])("if the server %s, the sign-in is denied in time, with a neutral message", async ([, start]) => {
  const { url } = await start();
  tokenEndpoint(() => Response.json({ access_token: "planted-token", expires_in: 3_600 }));
  const action = createActionApi();
  const { onExecutePostLogin, output } = runAction();

  const begin = performance.now();
  await onExecutePostLogin(postLoginEvent({ NEXUS_URL: url }), action.api);

  expect(performance.now() - begin).toBeLessThan(15_000);
  expect([action.denied, action.claims]).toEqual([[DENIED], {}]);
  expectNeutral(output);
});

const LONG_PROBLEM = JSON.stringify({ title: "x".repeat(999) });

test.for<[string, () => Response]>([
  ["returns 401", () => Response.json({ error: "access_denied", error_description: "planted-body" }, { status: 401 })],
  ["returns HTML", () => new Response("<html>planted-body")],
  ["redirects", () => new Response(null, { status: 307, headers: { Location: "https://planted.example" } })],
])("if the token endpoint %s, the sign-in is denied with a neutral message", async ([, respondWith]) => {
  const { event, action } = await startSignIn();
  const tokenRequests = tokenEndpoint(respondWith);
  const { onExecutePostLogin, output } = runAction();
  await onExecutePostLogin(event, action.api);
  expect([action.denied, action.claims]).toEqual([[DENIED], {}]);
  expect(tokenRequests.map(({ redirect }) => redirect)).toContain("manual");
  expectNeutral(output);
});

test("an unknown user and an event without a user are denied with the same message", async () => {
  const { event, action, token } = await startSignIn();
  tokenEndpoint(() => Response.json({ access_token: token, expires_in: 3_600 }));
  const { onExecutePostLogin, output } = runAction();
  await onExecutePostLogin({ ...event, user: { ...event.user, user_id: "auth0|nobody" } }, action.api);
  await onExecutePostLogin({ ...event, user: {} }, action.api);
  expect([action.denied, action.claims]).toEqual([[DENIED, DENIED], {}]);
  expect(output[0]).toMatch(/^Sync: http [0-9a-f-]{36} PUT .* returned 404: No user has this id$/);
  expect(output[1]).toBe("Sync: config  The sign-in requires event.user.user_id.");
});

/** One line of at most 256 characters, without secrets and user data. */
function expectNeutral(output: readonly string[]): void {
  expect(output).toHaveLength(1);
  expect(output.join("\n").length).toBeLessThanOrEqual(256);
  expect(inspect(output)).not.toMatch(/planted|ada@|auth0\||engineers/i);
  expect(output[0]).toMatch(/^Sync: (network|timeout|http|redirect|auth) /);
}
