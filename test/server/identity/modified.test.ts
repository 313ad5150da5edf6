import { expect, test } from "vitest";
import { acme, bearerOf, CONNECTION, clientOf, identity, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { bytesOf, temporaryDatabase } from "../../helpers/temporary-folder.ts";
import { attribute, FUTURE, LAST_CHANGE, NOW, PAST, startWith, syncOf } from "./samples.ts";

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

/** Asserts only values that are stored already. */
const UNCHANGED = signIn({
  groups: [" on-call", "engineers", "", "on-call "],
  attributes: { name: "Ada King", NickName: " ", department: "Engines", floor: null, gone: null, email: "x@y.example" },
});
const asserting = (key: string, value: string) => ({ ...UNCHANGED, attributes: [{ key, value }] });

test.each([
  ["asserts no attributes", signIn({ groups: ["engineers", "on-call"] })],
  ["asserts the stored values", UNCHANGED],
  ["has another audience", { ...UNCHANGED, audience: "https://other.acme.example" }],
  ["selects a custom UPN", { ...UNCHANGED, clientUpnKey: "erp" }],
])("a sync that %s moves no timestamp and allocates no id", async (_, request) => {
  const { result, before, stored } = await syncOf(ada, request);

  expect(result.user).toMatchObject(LAST_CHANGE);
  expect(stored).toEqual(before);
});

test("a sync that changes nothing does not write to the database", async () => {
  const database = temporaryDatabase();
  const { client } = await startWith(ada, { database });
  const before = bytesOf(database);

  await client.syncUserIdentity("u-ada", UNCHANGED);
  await client.syncUserIdentity("u-ada", { ...UNCHANGED, connection: { connectionId: "con_other", groups: ["x"] } });

  expect(bytesOf(database)).toEqual(before);
});

test.each([
  ["an added group", signIn({ groups: ["a", "engineers", "on-call"] })],
  ["a removed group", signIn({ groups: ["engineers"] })],
  ["a changed profile", asserting("nickname", "adk")],
  ["a changed attribute", asserting("department", "Looms")],
  ["a new attribute", asserting("room", "")],
  ["an expired attribute that returns", asserting("gone", "x")],
  ["an attribute that had no value", asserting("floor", "")],
])("%s sets modified to now and modifiedBy to the API key", async (_, request) => {
  const { result, stored } = await syncOf(ada, request);

  expect([result.user, stored]).toMatchObject(Array(2).fill({ modified: NOW, modifiedBy: "demo-key" }));
});

test("a bearer token sets modifiedBy to its subject; the same values from another caller change nothing", async () => {
  let time = NOW;
  const directory = acme({ user: ada });
  const { server, client } = await startStubWithClient({ directory, clock: () => new Date(time) });
  const request = signIn({ groups: ["new"], attributes: { room: "7" } });
  const byToken = clientOf(server, { credentials: bearerOf(server) });

  const expected = { modified: NOW, modifiedBy: "demo-login-hook" };
  expect((await byToken.syncUserIdentity("u-ada", request)).user).toMatchObject(expected);
  time = "2026-03-02T09:00:00.000Z";
  expect((await client.syncUserIdentity("u-ada", request)).user).toMatchObject(expected);
  expect(await server.user("u-ada")).toMatchObject(expected);
});

test("a change keeps all members that no rule changes", async () => {
  const { before, stored } = await syncOf(ada, asserting("nickname", "adk"));

  expect(stored).toEqual({ ...before, nickname: "adk", modified: NOW, modifiedBy: "demo-key" });
});

test("groups that are stored unsorted are sorted, which is a change", async () => {
  const user = { identities: [identity(CONNECTION, ["b", "a", "b"])], ...LAST_CHANGE };

  const { stored } = await syncOf(user, signIn({ groups: ["a", "b"] }));

  expect(stored).toMatchObject({ identities: [{ groups: ["a", "b"] }], modified: NOW });
});
