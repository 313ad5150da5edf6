import { expect, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { CONNECTION, identity, put, signIn } from "../../helpers/stub.ts";
import { attribute, LAST_CHANGE, PAST, problemOf, startWith, syncOf } from "./samples.ts";

/** A sign-in that would change groups, profile and attributes, and grant a role. */
const changingSignIn = signIn({ groups: ["engineers"], attributes: { name: "Changed", department: "Engines" } });

const withRole = { roles: [{ id: "r-viewer", name: "Viewer", description: null, expires: null }], ...LAST_CHANGE };

test.each([
  { status: 401, headers: { Authorization: "Basic bm9ib2R5Om5vdGhpbmc=", "Content-Type": "text/plain" }, body: "{" },
  { status: 415, headers: { "Content-Type": "text/plain" }, body: "{".padEnd(300_000) },
  { status: 413, headers: {}, body: "{".padEnd(300_000) },
  { status: 400, headers: {}, body: {} },
  { status: 404, headers: {}, body: signIn() },
])("a request for an unknown user is rejected by the first check that fails: $status", async ({ status, ...sent }) => {
  const { server } = await startWith();

  await problemOf(await put(server, { path: "/v1/users/u-unknown/$sync", ...sent }), status);
});

test.each<[string, Partial<User>]>([
  ["an inactive user", { isActive: false }],
  ["a user of an inactive organization", { organization: { id: 1, name: "acme", isActive: false } }],
  ["a user without identities", { identities: [] }],
  ["a user with an identity at another connection", { identities: [identity("con_other")] }],
  ["a user with an identity in another case", { identities: [identity(CONNECTION.toUpperCase())] }],
  ["a user with an identity with spaces around it", { identities: [identity(` ${CONNECTION} `)] }],
  ["a user with an identity without a connection", { identities: [{ id: 1, azoConnectionId: null }] }],
])("%s is not authenticated, and nothing is written", async (_, user) => {
  const { result, before, stored } = await syncOf({ ...withRole, ...user }, changingSignIn);

  expect(result).toMatchObject({ userId: "u-ada", isAuthenticated: false, roles: [], user: before });
  expect(stored).toEqual(before);
});

test.each<[string, Partial<User>]>([
  ["without isActive", {}],
  ["that is active", { isActive: true }],
  ["of an active organization", { organization: { id: 1, isActive: true } }],
  ["of an organization without isActive", { organization: { id: 1 } }],
  ["of an unknown organization", { organizationId: 1, organization: null }],
  ["with an inactive owner", { owner: { id: "u-grace", isActive: false } }],
  ["with a second identity at the connection", { identities: [identity("con_other"), identity(CONNECTION, [], 2)] }],
])("a user %s is authenticated", async (_, user) => {
  const { result } = await syncOf({ ...withRole, ...user });

  expect(result).toMatchObject({ isAuthenticated: true, roles: withRole.roles });
});

test("a blank connectionId does not match identities without a connection", async () => {
  const identities = [{ id: 1, azoConnectionId: null }, { id: 2 }];

  const { result } = await syncOf({ identities }, signIn({ connection: { connectionId: " " } }));

  expect(result.isAuthenticated).toBe(false);
});

test("an unauthenticated user gets names and no expired attributes, and its claims are not checked", async () => {
  const attributes = [attribute(1, "old", "x", { expires: PAST }), attribute(2, "new", "y")];
  const tooLong = signIn({ attributes: { nickname: "n".repeat(101) } });

  const { result, stored } = await syncOf({ isActive: false, username: "ada lovelace", attributes }, tooLong);

  const shown = { displayName: "ada lovelace", givenName: "ada", familyName: "lovelace", isAuthenticated: false };
  expect(result).toMatchObject(shown);
  expect(result.user?.attributes).toEqual([attribute(2, "new", "y")]);
  expect(stored?.attributes).toEqual(attributes);
});
