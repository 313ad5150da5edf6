import { expect, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { acme, names, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { atNow, attribute, custom, FUTURE, LAST_CHANGE, NOW, PAST } from "./samples.ts";

const viewer = (expires: string | null) => ({ id: "r-viewer", name: "Viewer", description: null, expires });

test.each([
  { expires: null, isShown: true },
  { expires: FUTURE, isShown: true },
  { expires: "2026-03-02T08:41:07.001Z", isShown: true },
  { expires: "2026-03-02T07:41:08-01:00", isShown: true },
  { expires: "9999-12-31T23:59:59Z", isShown: true },
  // RFC 3339 allows the second 60, and so does the contract's format date-time.
  { expires: "2030-12-31T23:59:60Z", isShown: true },
  { expires: NOW, isShown: false },
  { expires: PAST, isShown: false },
  { expires: "2026-03-02T09:41:06+01:00", isShown: false },
  { expires: "2016-12-31T23:59:60Z", isShown: false },
])("at 08:41:07, what expires at $expires is in the answer: $isShown", async ({ expires, isShown }) => {
  const user: Partial<User> = {
    attributes: [attribute(1, "department", "Engines", { expires })],
    roles: [viewer(expires)],
    memberOf: [{ id: "om-1", roles: [viewer(expires)] }],
  };
  const { client } = await startStubWithClient({ directory: acme({ user }), clock: atNow });

  const result = await client.syncUserIdentity("u-ada", signIn());

  expect({
    roles: names(result.roles),
    direct: names(result.user?.roles),
    ofMembership: names(result.user?.memberOf?.[0]?.roles),
    attributes: custom(result.user),
  }).toEqual({
    roles: isShown ? ["Viewer"] : [],
    direct: isShown ? ["Viewer"] : [],
    ofMembership: isShown ? ["Viewer"] : [],
    attributes: isShown ? [["department", "Engines"]] : [],
  });
});

test("what expires between two equal requests is gone from the second answer, and nothing is written", async () => {
  let time = NOW;
  const user = {
    attributes: [attribute(1, "badge", "x", { expires: FUTURE })],
    roles: [viewer(FUTURE)],
    ...LAST_CHANGE,
  };
  const { server, client } = await startStubWithClient({ directory: acme({ user }), clock: () => new Date(time) });
  const before = await server.user("u-ada");

  const first = await client.syncUserIdentity("u-ada", signIn());
  time = "2026-03-02T08:41:09Z";
  const second = await client.syncUserIdentity("u-ada", signIn());

  expect([names(first.roles), custom(first.user)]).toEqual([["Viewer"], [["badge", "x"]]]);
  expect([names(second.roles), custom(second.user)]).toEqual([[], []]);
  expect(await server.user("u-ada")).toEqual(before);
});

test("a change of something else keeps what has expired in the store", async () => {
  const attributes = [attribute(1, "badge", "x", { expires: PAST })];
  const roles = [viewer(PAST)];
  const { server, client } = await startStubWithClient({
    directory: acme({ user: { attributes, roles } }),
    clock: atNow,
  });

  await client.syncUserIdentity("u-ada", signIn({ attributes: { department: "Engines" } }));

  const stored = await server.user("u-ada");
  expect(stored?.roles).toEqual(roles);
  expect(stored?.attributes).toEqual([...attributes, attribute(2, "department", "Engines")]);
});

const expiredSubscription = { id: 1, isEnabled: false, status: "Expired", expires: PAST };

const IRRELEVANT: { what: string; user: Partial<User> }[] = [
  { what: "that MFA is disabled", user: { isMfaDisabled: true, authenticationMethod: "Database" } },
  { what: "that MFA is not disabled", user: { isMfaDisabled: false, mfaEnrollmentStatus: "NotEnrolled" } },
  { what: "that the organization asks for MFA", user: { organization: { id: 1, isMfaRequired: true } } },
  { what: "that a membership asks for MFA", user: { memberOf: [{ id: "om-1", isMembershipMfaRequired: true }] } },
  { what: "that the e-mail is not verified", user: { emailAddress: "a@acme.example", "email-verified": false } },
  { what: "that there is no e-mail", user: { emailAddress: null } },
  { what: "that a subscription has expired", user: { subscriptions: [expiredSubscription] } },
  { what: "that there is no subscription", user: { subscriptions: [] } },
  { what: "that there are no roles", user: { roles: [] } },
  { what: "that all roles have expired", user: { roles: [viewer(PAST)] } },
  { what: "that the user is a guest", user: { memberOf: [{ id: "om-1", isGuest: true }] } },
];
for (const { what, user } of IRRELEVANT) {
  test(`${what} plays no part in whether the user is authenticated`, async () => {
    const { client } = await startStubWithClient({ directory: acme({ user }), clock: atNow });

    const result = await client.syncUserIdentity("u-ada", signIn());

    expect(result).toMatchObject({ isAuthenticated: true, roles: [] });
  });
}

test("a subscription that has expired stays in the answer", async () => {
  const { client } = await startStubWithClient({
    directory: acme({ user: { subscriptions: [expiredSubscription] } }),
    clock: atNow,
  });

  const { user } = await client.syncUserIdentity("u-ada", signIn());

  expect(user?.subscriptions).toMatchObject([expiredSubscription]);
});
