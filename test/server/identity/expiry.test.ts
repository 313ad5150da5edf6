import { expect, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { names, signIn } from "../../helpers/stub.ts";
import { attribute, custom, FUTURE, LAST_CHANGE, NOW, PAST, startWith, syncOf } from "./samples.ts";

const viewer = (expires: string | null) => ({ id: "r-viewer", name: "Viewer", description: null, expires });

test.each([
  [null, true],
  [FUTURE, true],
  ["2026-03-02T08:41:07.001Z", true],
  ["2026-03-02T07:41:08-01:00", true],
  ["9999-12-31T23:59:59Z", true],
  // RFC 3339 allows the second 60, and so does the contract's format date-time.
  ["2030-12-31T23:59:60Z", true],
  [NOW, false],
  [PAST, false],
  ["2026-03-02T09:41:06+01:00", false],
  ["2016-12-31T23:59:60Z", false],
])("at 08:41:07, an entry that expires at %s is in the response: %s", async (expires, isShown) => {
  const { result } = await syncOf({
    attributes: [attribute(1, "department", "Engines", { expires })],
    roles: [viewer(expires)],
    memberOf: [{ id: "om-1", roles: [viewer(expires)] }],
  });

  const { roles, attributes, memberOf } = result.user ?? {};
  const viewers = [result.roles, roles, memberOf?.[0]?.roles].map(names);
  expect(viewers).toEqual(Array(3).fill(isShown ? ["Viewer"] : []));
  expect(attributes?.map(({ name }) => name)).toEqual(isShown ? ["department"] : []);
});

test("an entry that expires between two equal requests is missing from the second response; nothing is written", async () => {
  let time = NOW;
  const user = { attributes: [attribute(1, "badge", "x", { expires: FUTURE })], roles: [viewer(FUTURE)] };
  const { server, client } = await startWith({ ...user, ...LAST_CHANGE }, { clock: () => new Date(time) });
  const before = await server.user("u-ada");

  const first = await client.syncUserIdentity("u-ada", signIn());
  time = "2026-03-02T08:41:09Z";
  const second = await client.syncUserIdentity("u-ada", signIn());

  expect([names(first.roles), custom(first.user)]).toEqual([["Viewer"], [["badge", "x"]]]);
  expect([names(second.roles), custom(second.user)]).toEqual([[], []]);
  expect(await server.user("u-ada")).toEqual(before);
});

test("expired entries stay in the store when the user changes", async () => {
  const user = { attributes: [attribute(1, "badge", "x", { expires: PAST })], roles: [viewer(PAST)] };

  const { stored } = await syncOf(user, signIn({ attributes: { department: "Engines" } }));

  expect(stored?.roles).toEqual(user.roles);
  expect(stored?.attributes).toEqual([...user.attributes, attribute(2, "department", "Engines")]);
});

const weak: Partial<User> = {
  ...{ isMfaDisabled: true, authenticationMethod: "Database", emailAddress: "a@acme.example", "email-verified": false },
  organization: { id: 1, isMfaRequired: true },
  memberOf: [{ id: "om-1", isMembershipMfaRequired: true, isGuest: true }],
  subscriptions: [{ id: 1, isEnabled: false, status: "Expired", expires: PAST }],
  roles: [viewer(PAST)],
};

test.each<[string, Partial<User>]>([
  ["without e-mail address, subscription and role", {}],
  ["who has not enrolled for MFA", { isMfaDisabled: false, mfaEnrollmentStatus: "NotEnrolled" }],
  ["without MFA, and with an unverified address and an expired subscription and role", weak],
])("a user %s is authenticated, and expired subscriptions are shown", async (_, user) => {
  const { result } = await syncOf(user);

  expect(result).toMatchObject({ isAuthenticated: true, roles: [], user: { subscriptions: user.subscriptions ?? [] } });
});
