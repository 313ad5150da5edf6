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
  ["null", { groups: null }, []],
  ["an empty list", { groups: [] }, []],
  ["names with brackets", { groups: ["[EU] Admins", "{x"] }, ["[EU] Admins", "{x"]],
  [
    "other claims elsewhere",
    { _claim_names: { address: "src1" }, _claim_sources: { src1: {} } },
    ["engineers", "on-call"],
  ],
  ["no overage", { hasgroups: false, _claim_names: null, _claim_sources: null }, ["engineers", "on-call"]],
  ["groups in app_metadata only", { groups: undefined, app_metadata: { groups: ["admins"] } }, []],
])("groups come from the user's `groups` claim only: %s", ([, claims, groups]) => {
  expect(signInOf({ ...EVENT, user: { ...EVENT.user, ...claims } }).body.connection.groups).toEqual(groups);
});

const SOURCES = { src1: { endpoint: "https://graph.windows.net/planted/getMemberObjects" } };
const LINK = "http://schemas.microsoft.com/claims/groups.link";

/** An event with claims of its user, or of its linked account. */
const withClaims = (claims: object): PostLoginEvent[] => [
  { ...EVENT, user: { ...EVENT.user, groups: undefined, ...claims } as PostLoginEvent["user"] },
  {
    ...EVENT,
    user: { ...EVENT.user, identities: [{ connection: "google" }, { connection: "acme-ad", profileData: claims }] },
  },
];

test.for<[string, object]>([
  ["_claim_names", { _claim_names: { groups: "src1" }, _claim_sources: SOURCES }],
  ["_claim_names", { _claim_names: { groups: "src1" }, groups: ["planted"] }],
  ["_claim_names", { _claim_names: '{"groups":"src1"}' }],
  ["_claim_sources", { _claim_sources: SOURCES }],
  ["hasgroups", { hasgroups: true }],
  ["hasgroups", { hasgroups: "true", groups: [] }],
  [LINK, { [LINK]: "https://graph.windows.net/planted" }],
  ["groups:src1", { "groups:src1": "planted" }],
])("groups that are elsewhere by the claim %s are a config error, unless the option has them: %j", ([name, claims]) => {
  for (const event of withClaims(claims)) {
    const message = `The claim '${name}' says that the groups are elsewhere. Pass the user's groups as the option 'groups' of signInOf.`;
    expect(() => signInOf(event)).toThrow(expect.objectContaining({ kind: "config", message }));
    expect(signInOf(event, { groups: ["g"] }).body.connection.groups).toEqual(["g"]);
    expect(signInOf(event, { groups: [] }).body.connection.groups).toEqual([]);
  }
});

test.for([
  ["objects", [{ id: "planted", displayName: "planted" }]],
  ["an object", { planted: true }],
  ["a number", 7],
  ["true", true],
  ["JSON text", '["planted"]'],
  ["JSON text of objects", ' [{"id":"planted"}]'],
  ["JSON text in a list", ['{"id":"planted"}']],
  ["strings and others", ["planted", 7]],
  ["strings and null", ["planted", null]],
  ["lists", [["planted"]]],
])("groups of an unknown shape are a config error, unless the option has them: %s", ([, groups]) => {
  for (const event of withClaims({ groups })) {
    const message =
      "The claim 'groups' is not a list of strings. Pass the user's groups as the option 'groups' of signInOf.";
    expect(() => signInOf(event)).toThrow(expect.objectContaining({ kind: "config", message }));
    expect(signInOf(event, { groups: ["g"] }).body.connection.groups).toEqual(["g"]);
  }
  const options = { groups: groups as string[] };
  expect(() => signInOf(EVENT, options)).toThrow(expect.objectContaining({ kind: "config" }));
});

test("claims of a linked account that are not an object are a config error, unless the option has the groups", () => {
  const profileData = '{"groups":["planted"]}' as unknown as object;
  const identities = [{ connection: "google" }, { connection: "acme-ad", profileData }];
  const event = { ...EVENT, user: { ...EVENT.user, identities } };
  expect(() => signInOf(event)).toThrow(expect.objectContaining({ kind: "config" }));
  expect(signInOf(event, { groups: ["g"] }).body.connection.groups).toEqual(["g"]);
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

const UNSTORABLE = [["\ud83d"], ["a\ude00b"], ["\u0000"], ["Ada \ud83d"]] as const;

test.for(UNSTORABLE)(
  "claims, attributes and groups that contain %j are left out, and the user is synced",
  async ([text]) => {
    const { client, server } = await startStubWithClient({ directory: acme({ user: { id: "auth0|ada" } }) });
    const names = ["given_name", "family_name", "name", "nickname", "picture"];
    const claims = Object.fromEntries(names.map((name) => [name, text]));
    const attributes = {
      level: text,
      [text]: "x",
      nickname: text,
      "": "x",
      color: "red",
      family_name: "F".repeat(101),
    };
    const user = { ...EVENT.user, ...claims, locale: "en", groups: [text, "engineers"] };
    const { userId, body } = signInOf({ ...EVENT, user }, { connectionBy: "id", attributes });
    expect(body.attributes).toEqual([
      { key: "locale", value: "en" },
      { key: "color", value: "red" },
    ]);
    expect((await client.syncUserIdentity(userId, body)).roles).toMatchObject([{ name: "Engineer" }]);
    expect((await server.user(userId))?.identities?.[0]?.groups).toEqual(["engineers"]);
    expect(signInOf(EVENT, { groups: [text, "g"] }).body.connection.groups).toEqual(["g"]);
  },
);

test("an override that is left out removes the claim that it overrides", () => {
  const attributes = { nickname: "\ud83d", name: 7 as unknown as string, given_name: null };
  const sent = signInOf(EVENT, { attributes }).body.attributes;
  expect(sent.map(({ key }) => key)).toEqual(["family_name", "picture", "given_name"]);
});

test.for(UNSTORABLE)("the user id, connection, audience and UPN key must not contain %j", ([text]) => {
  const wrong: [object, SignInOptions, string][] = [
    [{ user: { ...EVENT.user, user_id: `auth0|${text}` } }, {}, "event.user.user_id"],
    [{ connection: { id: text, name: text } }, {}, "event.connection.name"],
    [{ connection: { id: text, name: text } }, { connectionBy: "id" }, "event.connection.id"],
    [{ resource_server: { identifier: text } }, {}, "audience or event.resource_server"],
    [{}, { audience: text }, "audience or event.resource_server"],
    [{}, { clientUpnKey: text }, "clientUpnKey"],
  ];
  for (const [changes, options, name] of wrong) {
    expect(() => signInOf({ ...EVENT, ...changes }, options)).toThrow(
      expect.objectContaining({ kind: "config", message: `${name} must have no U+0000 and no lone surrogate.` }),
    );
  }
});

test("a UPN key may have 255 characters, and a longer one is a config error", () => {
  expect(signInOf(EVENT, { clientUpnKey: "😀".repeat(255) }).body.clientUpnKey).toHaveLength(510);
  expect(() => signInOf(EVENT, { clientUpnKey: "x".repeat(256) })).toThrow(expect.objectContaining({ kind: "config" }));
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

test.for<[options: unknown, message: string]>([
  [null, "options must be of type Object."],
  ["api", "options must be of type Object."],
  [{ audiense: API }, "audiense is not an option. Did you mean 'audience'?"],
  [{ audience: null }, "audience must be of type String."],
  [{ audience: 5 }, "audience must be of type String."],
  [{ connectionBy: "azoConnectionId" }, "connectionBy must be 'name' or 'id'."],
  [{ connectionBy: null }, "connectionBy must be 'name' or 'id'."],
  [{ groups: null }, "groups must be of type Array."],
  [{ groups: { engineers: true } }, "groups must be of type Array."],
  [{ attributes: null }, "attributes must be of type Object."],
  [{ attributes: [{ key: "a", value: "b" }] }, "attributes must be of type Object."],
  [{ clientUpnKey: 5 }, "clientUpnKey must be a string or null."],
])("the options %j of signInOf are a config error with the option's name", ([options, message]) => {
  const call = () => signInOf(EVENT, options as SignInOptions);
  expect(call).toThrow(expect.objectContaining({ kind: "config", message }));
});

test("options of signInOf that are undefined stand for their defaults, and no event is a config error", () => {
  const unset = { audience: undefined, connectionBy: undefined, groups: undefined, attributes: undefined };
  expect(signInOf(EVENT, { ...unset, clientUpnKey: undefined })).toEqual(signInOf(EVENT));
  for (const event of [undefined, null, "event"] as never[]) {
    const message = "The sign-in requires event.user.user_id.";
    expect(() => signInOf(event)).toThrow(expect.objectContaining({ kind: "config", message }));
  }
});

test("the maximum lengths of profile claims are those of the contract", () => {
  const { givenName, familyName, nickname, picture } = contract.components.schemas.User.properties;
  expect([givenName, familyName, nickname, picture].map(({ maxLength }) => maxLength)).toEqual([100, 100, 100, 250]);
});
