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

test("options select the audience, the connection's id and the custom UPN", () => {
  const { body } = signInOf(EVENT, { audience: "https://other.example", connectionBy: "id", clientUpnKey: "erp" });
  expect(body).toMatchObject({ audience: "https://other.example", clientUpnKey: "erp" });
  expect(body.connection.connectionId).toBe(CONNECTION);
});

test.for<[string, object, string[]]>([
  ["no claim", { groups: undefined }, []],
  ["one string", { groups: "engineers" }, ["engineers"]],
  ["other values", { groups: ["engineers", 7, null] }, ["engineers"]],
  ["groups in app_metadata only", { groups: undefined, app_metadata: { groups: ["admins"] } }, []],
])("groups come from the user's `groups` claim only: %s", ([, claims, groups]) => {
  expect(signInOf({ ...EVENT, user: { ...EVENT.user, ...claims } }).body.connection.groups).toEqual(groups);
});

const GUEST = { groups: ["guests"], given_name: "Ada" };

test.for<[object, string[], object[]]>([
  [{ profileData: GUEST }, ["guests"], [{ key: "given_name", value: "Ada" }]],
  [{ profile_data: GUEST }, ["guests"], [{ key: "given_name", value: "Ada" }]],
  [{}, [], []],
])(
  "the linked account %j has its own groups and profile, never those of the primary one",
  ([linked, groups, profile]) => {
    const identities = [{ connection: "google" }, { connection: "acme-ad", ...linked }];
    const { connection, attributes } = signInOf({ ...EVENT, user: { ...EVENT.user, identities } }).body;
    expect([connection.groups, attributes]).toEqual([groups, profile]);
  },
);

test("profile claims that are blank, too long or not strings are left out, and the server accepts the longest ones", async () => {
  const { client } = await startStubWithClient({ directory: acme({ user: { id: "auth0|ada" } }) });
  const { givenName, familyName, nickname, picture } = contract.components.schemas.User.properties;
  const longest = { given_name: givenName, family_name: familyName, name: { maxLength: 200 }, nickname, picture };
  const of = (extra: number) =>
    Object.entries(longest).map(([key, { maxLength }]) => [key, "😀".repeat(maxLength + extra)]);
  const sent = (claims: object) => {
    const { userId, body } = signInOf({ ...EVENT, user: { user_id: "auth0|ada", ...claims } }, { connectionBy: "id" });
    return { body, result: client.safeSyncUserIdentity(userId, body) };
  };

  const fits = sent(Object.fromEntries(of(0)));
  expect(fits.body.attributes).toHaveLength(5);
  expect(await fits.result).toMatchObject({ ok: true, data: { user: { picture: "😀".repeat(picture.maxLength) } } });
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
