import { expect, test } from "vitest";
import { type PostLoginEvent, type SignInOptions, signInOf } from "../../client/auth0/entry.ts";
import { syncUserIdentityRequestSchema } from "../../client/validate.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import { API, acme, CONNECTION, startStubWithClient } from "../helpers/stub.ts";
import { postLoginEvent } from "./auth0-action.ts";

const EVENT = postLoginEvent({ NEXUS_URL: "https://nexus.example" });

test("an event becomes the user id and a body that is valid by the contract", () => {
  const { userId, body } = signInOf(EVENT);
  expect(userId).toBe("auth0|ada");
  expect(body).toEqual({
    audience: API,
    attributes: [
      { key: "given_name", value: "Ada" },
      { key: "family_name", value: "Lovelace" },
      { key: "name", value: "Ada Lovelace" },
      { key: "nickname", value: "ada" },
      { key: "picture", value: "https://cdn.acme.example/ada.png" },
    ],
    connection: { connectionId: "acme-ad", groups: ["engineers", "on-call"] },
  });
  expect(syncUserIdentityRequestSchema["~standard"].validate(body).issues).toBeUndefined();
});

test("options override the event", () => {
  const { body } = signInOf(EVENT, {
    audience: "https://other.example",
    connectionBy: "id",
    groups: ["g"],
    attributes: { nickname: null, cost_center: "7" },
    clientUpnKey: "erp",
  });
  expect(body).toMatchObject({ audience: "https://other.example", clientUpnKey: "erp" });
  expect(body.connection).toEqual({ connectionId: CONNECTION, groups: ["g"] });
  expect(body.attributes.slice(-2)).toEqual([
    { key: "nickname", value: null },
    { key: "cost_center", value: "7" },
  ]);
});

test.for<[string, object, string[]]>([
  ["no claim", { groups: undefined }, []],
  ["one string", { groups: "engineers" }, ["engineers"]],
  ["other values", { groups: ["engineers", 7, null] }, ["engineers"]],
  ["groups in app_metadata only", { groups: undefined, app_metadata: { groups: ["admins"] } }, []],
])("groups come from the user's `groups` claim only: %s", ([, claims, groups]) => {
  expect(signInOf({ ...EVENT, user: { ...EVENT.user, ...claims } }).body.connection.groups).toEqual(groups);
});

test.for(["profileData", "profile_data"])("a linked account has its own groups and profile, in %s", (member) => {
  const linked = { connection: "acme-ad", [member]: { groups: ["guests"], given_name: "Ada" } };
  const identities = [{ connection: "google" }, linked];
  const { connection, attributes } = signInOf({ ...EVENT, user: { ...EVENT.user, identities } }).body;
  expect(connection.groups).toEqual(["guests"]);
  expect(attributes).toEqual([{ key: "given_name", value: "Ada" }]);
});

test("a linked account without claims has no groups, even if the primary account has some", () => {
  const identities = [{ connection: "google" }, { connection: "acme-ad" }];
  const { connection, attributes } = signInOf({ ...EVENT, user: { ...EVENT.user, identities } }).body;
  expect([connection.groups, attributes]).toEqual([[], []]);
});

test("profile claims that are blank, too long or not strings are left out, and the server accepts the longest ones", async () => {
  const { client } = await startStubWithClient({ directory: acme({ user: { id: "auth0|ada" } }) });
  const longest = { given_name: 100, family_name: 100, name: 200, nickname: 100, picture: 250 };
  const of = (extra: number) => Object.entries(longest).map(([key, max]) => [key, "😀".repeat(max + extra)]);
  const sent = (claims: object) => {
    const { userId, body } = signInOf({ ...EVENT, user: { user_id: "auth0|ada", ...claims } }, { connectionBy: "id" });
    return { body, result: client.safeSyncUserIdentity(userId, body) };
  };

  const fits = sent(Object.fromEntries(of(0)));
  expect(fits.body.attributes).toHaveLength(5);
  expect(await fits.result).toMatchObject({ ok: true, data: { user: { picture: "😀".repeat(250) } } });
  expect(sent(Object.fromEntries(of(1))).body.attributes).toEqual([]);
  expect(sent({ given_name: 7, nickname: " ", locale: "en" }).body.attributes).toEqual([
    { key: "locale", value: "en" },
  ]);
});

test.for<[string, object, SignInOptions, string]>([
  ["user id", { user: {} }, {}, "event.user.user_id"],
  ["user", { user: undefined }, {}, "event.user.user_id"],
  ["connection", { connection: undefined }, {}, "event.connection.name"],
  ["connection's id", { connection: { name: "acme-ad" } }, { connectionBy: "id" }, "event.connection.id"],
  ["audience", { resource_server: undefined }, {}, "audience or event.resource_server"],
])("an event without %s is a config error", ([, changes, options, name]) => {
  const event = { ...EVENT, ...changes } as PostLoginEvent;
  expect(() => signInOf(event, options)).toThrow(
    expect.objectContaining({ kind: "config", message: `The sign-in requires ${name}.` }),
  );
});

test("the maximum lengths of profile claims are those of the contract", () => {
  const { givenName, familyName, nickname, picture } = contract.components.schemas.User.properties;
  expect([givenName, familyName, nickname, picture].map(({ maxLength }) => maxLength)).toEqual([100, 100, 100, 250]);
});
