import { expect, test } from "vitest";
import { acme, CONNECTION, identity, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { atNow, attribute, LAST_CHANGE, PAST, problemOf } from "./samples.ts";

/** A sign-in that would change groups, profile and attributes, and earn a role. */
const everything = (changes = {}) =>
  signIn({ groups: ["engineers"], attributes: { name: "Changed", department: "Engines" }, ...changes });

const withRole = { roles: [{ id: "r-viewer", name: "Viewer", description: null, expires: null }], ...LAST_CHANGE };

test.each([
  { refusal: 401, headers: { Authorization: "Basic bm9ib2R5Om5vdGhpbmc=", "Content-Type": "text/plain" }, body: "{" },
  { refusal: 415, headers: { "Content-Type": "text/plain" }, body: "{".padEnd(300_000) },
  { refusal: 413, headers: {}, body: "{".padEnd(300_000) },
  { refusal: 400, headers: {}, body: {} },
  { refusal: 404, headers: {}, body: signIn() },
])("a request for an unknown user is refused by the first stage it does not pass: $refusal", async (sent) => {
  const { server } = await startStubWithClient();

  const response = await put(server, { path: "/v1/users/u-nobody/$sync", body: sent.body, headers: sent.headers });

  await problemOf(response, sent.refusal);
});

test("an unknown user is refused with a problem and is not created", async () => {
  const { server } = await startStubWithClient();

  const response = await put(server, { path: "/v1/users/u-nobody/$sync", body: everything() });

  expect(await problemOf(response, 404)).toMatchObject({ type: "urn:nexus-sync:problem:unknown-user" });
  expect(await server.user("u-nobody")).toBeUndefined();
});

test.each(["__proto__", "constructor", "toString", "U-ADA", "u-ada%20", "u-a", "u-adaa"])(
  "the id %s is not that of u-ada",
  async (id) => {
    const { server } = await startStubWithClient();

    const response = await put(server, { path: `/v1/users/${id}/$sync` });

    await problemOf(response, 404);
  },
);

for (const { who, user } of [
  { who: "an inactive user", user: { isActive: false } },
  { who: "a user of an inactive organization", user: { organization: { id: 1, name: "acme", isActive: false } } },
  { who: "a user without identities", user: { identities: [] } },
  { who: "a user with an identity at another connection", user: { identities: [identity("con_other")] } },
  { who: "a user with an identity in other case", user: { identities: [identity(CONNECTION.toUpperCase())] } },
  { who: "a user with an identity with a blank around it", user: { identities: [identity(` ${CONNECTION} `)] } },
  { who: "a user with an identity without connection", user: { identities: [{ id: 1, azoConnectionId: null }] } },
]) {
  test(`${who} is not authenticated, and nothing is written`, async () => {
    const { server, client } = await startStubWithClient({ directory: acme({ user: { ...withRole, ...user } }) });
    const before = await server.user("u-ada");

    const result = await client.syncUserIdentity("u-ada", everything());

    expect(result).toMatchObject({ userId: "u-ada", isAuthenticated: false, roles: [], user: before });
    expect(await server.user("u-ada")).toEqual(before);
  });
}

for (const { who, user } of [
  { who: "without a word about activity", user: {} },
  { who: "that is active", user: { isActive: true } },
  { who: "of an active organization", user: { organization: { id: 1, isActive: true } } },
  { who: "of an organization without a word about activity", user: { organization: { id: 1 } } },
  { who: "whose organization is not known", user: { organizationId: 1, organization: null } },
  { who: "with an inactive owner", user: { owner: { id: "u-grace", isActive: false } } },
  { who: "with a second identity here", user: { identities: [identity("con_other"), identity(CONNECTION, [], 2)] } },
]) {
  test(`a user ${who} is authenticated`, async () => {
    const { client } = await startStubWithClient({ directory: acme({ user: { ...withRole, ...user } }) });

    const { isAuthenticated, roles } = await client.syncUserIdentity("u-ada", signIn());

    expect({ isAuthenticated, roles }).toEqual({ isAuthenticated: true, roles: withRole.roles });
  });
}

test("a blank connection is none that an identity can have left out", async () => {
  const identities = [{ id: 1, azoConnectionId: null }, { id: 2 }];
  const { client } = await startStubWithClient({ directory: acme({ user: { identities } }) });

  const { isAuthenticated } = await client.syncUserIdentity("u-ada", signIn({ connection: { connectionId: " " } }));

  expect(isAuthenticated).toBe(false);
});

test("the gate comes before the attributes: a value too long for the profile does not matter there", async () => {
  const { client } = await startStubWithClient({ directory: acme({ user: { isActive: false } }) });

  const sent = everything({ attributes: { nickname: "n".repeat(101) } });
  const { isAuthenticated } = await client.syncUserIdentity("u-ada", sent);

  expect(isAuthenticated).toBe(false);
});

test("a user who does not pass is shown without what has expired", async () => {
  const user = { isActive: false, attributes: [attribute(1, "old", "x", { expires: PAST }), attribute(2, "new", "y")] };
  const { server, client } = await startStubWithClient({ directory: acme({ user }), clock: atNow });

  const result = await client.syncUserIdentity("u-ada", signIn());

  expect(result.user?.attributes).toEqual([attribute(2, "new", "y")]);
  expect((await server.user("u-ada"))?.attributes).toEqual(user.attributes);
});

test("a user who does not pass has the three names too", async () => {
  const { client } = await startStubWithClient({
    directory: acme({ user: { isActive: false, username: "ada lovelace" } }),
  });

  const result = await client.syncUserIdentity("u-ada", signIn());

  expect(result).toMatchObject({ displayName: "ada lovelace", givenName: "ada", familyName: "lovelace" });
});
