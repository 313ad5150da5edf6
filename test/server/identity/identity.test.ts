import { expect, test } from "vitest";
import { acme, CONNECTION, identity, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { groupsOf } from "./samples.ts";

test("the groups of a sign-in become those of the identity, stored and in the answer", async () => {
  const { server, client } = await startStubWithClient();

  const { user } = await client.syncUserIdentity("u-ada", signIn({ groups: ["engineers", "on-call"] }));

  expect(groupsOf(user)).toEqual([["engineers", "on-call"]]);
  expect(groupsOf(await server.user("u-ada"))).toEqual([["engineers", "on-call"]]);
});

test("groups are trimmed, blanks and duplicates dropped", async () => {
  const { server, client } = await startStubWithClient();

  await client.syncUserIdentity("u-ada", signIn({ groups: [" b ", "", "a", "b", " \t\n ", "a\n", "c d"] }));

  expect(groupsOf(await server.user("u-ada"))).toEqual([["a", "b", "c d"]]);
});

test("groups are sorted by code point", async () => {
  const { server, client } = await startStubWithClient();
  const byCodePoint = ["B", "Z", "a", "aa", "b", "ä", "\uffff", "\u{1f600}", "\u{1f601}"];

  await client.syncUserIdentity("u-ada", signIn({ groups: [...byCodePoint].reverse() }));

  expect(groupsOf(await server.user("u-ada"))).toEqual([byCodePoint]);
});

test("groups that differ in case or in Unicode form are different groups", async () => {
  const { server, client } = await startStubWithClient();
  const groups = ["Engineers", "Zoe\u0308", "Zo\u00eb", "engineers"];

  await client.syncUserIdentity("u-ada", signIn({ groups }));

  expect(groupsOf(await server.user("u-ada"))).toEqual([groups]);
});

test("groups are replaced, never merged", async () => {
  const { server, client } = await startStubWithClient({
    directory: acme({ user: { identities: [identity(CONNECTION, ["old", "kept"])] } }),
  });

  await client.syncUserIdentity("u-ada", signIn({ groups: ["kept", "new"] }));

  expect(groupsOf(await server.user("u-ada"))).toEqual([["kept", "new"]]);
});

for (const { how, groups } of [
  { groups: undefined, how: "absent" },
  { groups: null, how: "null" },
  { groups: [], how: "an empty list" },
  { groups: [" ", ""], how: "blanks only" },
]) {
  test(`groups that are ${how} mean none`, async () => {
    const { server, client } = await startStubWithClient({
      directory: acme({ user: { identities: [identity(CONNECTION, ["engineers"])] } }),
    });

    const { roles } = await client.syncUserIdentity("u-ada", signIn(groups === undefined ? {} : { groups }));

    expect(groupsOf(await server.user("u-ada"))).toEqual([[]]);
    expect(roles).toEqual([]);
  });
}

test("every identity at the connection gets the groups, and the others stay", async () => {
  const identities = [
    identity(CONNECTION, ["one"], 1),
    identity("con_other", ["two", "one"], 2),
    identity(CONNECTION, [], 3),
    identity(CONNECTION.toUpperCase(), ["four"], 4),
  ];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { identities } }) });

  await client.syncUserIdentity("u-ada", signIn({ groups: ["new"] }));

  expect(groupsOf(await server.user("u-ada"))).toEqual([["new"], ["two", "one"], ["new"], ["four"]]);
});

test("of an identity nothing but the groups changes", async () => {
  const before = {
    ...identity(CONNECTION, ["old"]),
    idpTenantId: 77,
    idpTenantName: "Acme AD",
    azoTenantName: "acme",
    loginDomain: "acme.example",
    idpTenantFqdn: "ad.acme.example",
  };
  const { server, client } = await startStubWithClient({ directory: acme({ user: { identities: [before] } }) });

  await client.syncUserIdentity("u-ada", signIn({ groups: ["new"] }));

  expect((await server.user("u-ada"))?.identities).toEqual([{ ...before, groups: ["new"] }]);
});

test("no identity is ever created", async () => {
  const { server, client } = await startStubWithClient();

  await client.syncUserIdentity("u-ada", signIn({ connection: { connectionId: "con_new", groups: ["new"] } }));

  expect((await server.user("u-ada"))?.identities).toEqual([identity(CONNECTION)]);
});

test("an identity that had no list of groups gets one", async () => {
  const { groups: _, ...bare } = identity(CONNECTION);
  const { server, client } = await startStubWithClient({ directory: acme({ user: { identities: [bare] } }) });

  await client.syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));

  expect((await server.user("u-ada"))?.identities).toEqual([{ ...bare, groups: ["engineers"] }]);
});
