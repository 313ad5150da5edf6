import { expect, test } from "vitest";
import { acme, bearerOf, CONNECTION, clientOf, identity, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { bytesOf, temporaryDatabase } from "../../helpers/temporary-folder.ts";
import { atNow, attribute, FUTURE, LAST_CHANGE, NOW, PAST } from "./samples.ts";

/** A user who was last changed at Christmas, by the directory. */
const ada = {
  displayName: "Ada King",
  nickname: null,
  identities: [identity(CONNECTION, ["engineers", "on-call"])],
  attributes: [
    attribute(3, "department", "Engines", { expires: FUTURE }),
    attribute(9, "gone", "x", { expires: PAST }),
    attribute(4, "floor", null),
  ],
  roles: [{ id: "r-viewer", name: "Viewer", expires: PAST }],
  ...LAST_CHANGE,
};

/** What the directory already says about her. */
const NOTHING_NEW = signIn({
  groups: [" on-call", "engineers", "", "on-call "],
  attributes: { name: "Ada King", NickName: " ", department: "Engines", floor: null, gone: null, email: "x@y.example" },
});

for (const { how, request } of [
  { how: "says nothing", request: signIn({ groups: ["engineers", "on-call"] }) },
  { how: "says what is stored", request: NOTHING_NEW },
  { how: "asks for another audience", request: { ...NOTHING_NEW, audience: "https://other.acme.example" } },
  { how: "asks for one custom UPN", request: { ...NOTHING_NEW, clientUpnKey: "erp" } },
]) {
  test(`a sync that ${how} changes nothing: no time moves and no id is given`, async () => {
    const { server, client } = await startStubWithClient({ directory: acme({ user: ada }), clock: atNow });
    const before = await server.user("u-ada");

    const { user } = await client.syncUserIdentity("u-ada", request);

    expect(user).toMatchObject(LAST_CHANGE);
    expect(await server.user("u-ada")).toEqual(before);
  });
}

test("a sync that changes nothing writes not a byte", async () => {
  const database = temporaryDatabase();
  const { client } = await startStubWithClient({ directory: acme({ user: ada }), clock: atNow, database });
  const before = bytesOf(database);

  await client.syncUserIdentity("u-ada", NOTHING_NEW);
  await client.syncUserIdentity("u-ada", { ...NOTHING_NEW, connection: { connectionId: "con_other", groups: ["x"] } });

  expect(bytesOf(database)).toEqual(before);
});

for (const { what, request } of [
  { what: "a group comes", request: signIn({ groups: ["a", "engineers", "on-call"] }) },
  { what: "a group goes", request: signIn({ groups: ["engineers"] }) },
  { what: "the profile changes", request: { ...NOTHING_NEW, attributes: [{ key: "nickname", value: "adk" }] } },
  { what: "an attribute changes", request: { ...NOTHING_NEW, attributes: [{ key: "department", value: "Looms" }] } },
  { what: "an attribute comes", request: { ...NOTHING_NEW, attributes: [{ key: "room", value: "" }] } },
  { what: "an expired attribute comes back", request: { ...NOTHING_NEW, attributes: [{ key: "gone", value: "x" }] } },
  { what: "an attribute gets a value", request: { ...NOTHING_NEW, attributes: [{ key: "floor", value: "" }] } },
]) {
  test(`where ${what}, the user was modified now, by the API key that asked`, async () => {
    const { server, client } = await startStubWithClient({ directory: acme({ user: ada }), clock: atNow });

    const { user } = await client.syncUserIdentity("u-ada", request);

    expect(user).toMatchObject({ modified: NOW, modifiedBy: "demo-key" });
    expect(await server.user("u-ada")).toMatchObject({ modified: NOW, modifiedBy: "demo-key" });
  });
}

test("with a bearer token the user was modified by the token's subject", async () => {
  const { server } = await startStubWithClient({ directory: acme({ user: ada }), clock: atNow });
  const client = clientOf(server, { credentials: bearerOf(server) });

  const { user } = await client.syncUserIdentity("u-ada", signIn());

  expect(user).toMatchObject({ modified: NOW, modifiedBy: "demo-login-hook" });
  expect(await server.user("u-ada")).toMatchObject({ modified: NOW, modifiedBy: "demo-login-hook" });
});

test("another caller who says the same changes nothing", async () => {
  let time = NOW;
  const { server, client } = await startStubWithClient({ directory: acme({ user: ada }), clock: () => new Date(time) });
  await client.syncUserIdentity("u-ada", signIn({ groups: ["new"], attributes: { room: "7" } }));
  time = "2026-03-02T09:00:00.000Z";

  const other = clientOf(server, { credentials: bearerOf(server) });
  const { user } = await other.syncUserIdentity("u-ada", signIn({ groups: ["new"], attributes: { room: "7" } }));

  expect(user).toMatchObject({ modified: NOW, modifiedBy: "demo-key" });
});

test("a change keeps all that no rule is about", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user: ada }), clock: atNow });
  const before = await server.user("u-ada");

  await client.syncUserIdentity("u-ada", { ...NOTHING_NEW, attributes: [{ key: "nickname", value: "adk" }] });

  expect(await server.user("u-ada")).toEqual({ ...before, nickname: "adk", modified: NOW, modifiedBy: "demo-key" });
});

test("groups that are stored in another order are put in order", async () => {
  const user = { identities: [identity(CONNECTION, ["b", "a", "b"])], ...LAST_CHANGE };
  const { server, client } = await startStubWithClient({ directory: acme({ user }), clock: atNow });

  await client.syncUserIdentity("u-ada", signIn({ groups: ["a", "b"] }));

  expect(await server.user("u-ada")).toMatchObject({ identities: [{ groups: ["a", "b"] }], modified: NOW });
});
