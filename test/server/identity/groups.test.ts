import { expect, test } from "vitest";
import { CONNECTION, identity, signIn } from "../../helpers/stub.ts";
import { groupsOf, syncOf } from "./samples.ts";

test.each([
  ["are stored", ["engineers", "on-call"], ["engineers", "on-call"]],
  ["are trimmed, without blanks and duplicates", [" b ", "", "a", "b", " \t\n ", "a\n", "c d"], ["a", "b", "c d"]],
  [
    "are sorted by code point",
    ["\u{1f601}", "\u{1f600}", "\uffff", "ä", "b", "aa", "a", "Z", "B"],
    ["B", "Z", "a", "aa", "b", "ä", "\uffff", "\u{1f600}", "\u{1f601}"],
  ],
  [
    "are distinct if case or Unicode form differ",
    ["Engineers", "Zoe\u0308", "Zo\u00eb", "engineers"],
    ["Engineers", "Zoe\u0308", "Zo\u00eb", "engineers"],
  ],
])("the groups of a sign-in %s", async (_, groups, expected) => {
  const { result, stored } = await syncOf({}, signIn({ groups }));

  expect([groupsOf(result.user), groupsOf(stored)]).toEqual([[expected], [expected]]);
});

test("groups are replaced, never merged", async () => {
  const identities = [identity(CONNECTION, ["old", "kept"])];

  expect(groupsOf((await syncOf({ identities }, signIn({ groups: ["kept", "new"] }))).stored)).toEqual([
    ["kept", "new"],
  ]);
});

test.each([
  ["absent", signIn()],
  ["null", signIn({ groups: null })],
  ["an empty array", signIn({ groups: [] })],
  ["all blank", signIn({ groups: [" ", ""] })],
])("groups that are %s remove the stored groups and their roles", async (_, request) => {
  const { result, stored } = await syncOf({ identities: [identity(CONNECTION, ["engineers"])] }, request);

  expect([groupsOf(stored), result.roles]).toEqual([[[]], []]);
});

test("every identity at the connection gets the groups, other identities keep theirs", async () => {
  const identities = [
    identity(CONNECTION, ["one"], 1),
    identity("con_other", ["two", "one"], 2),
    identity(CONNECTION, [], 3),
    identity(CONNECTION.toUpperCase(), ["four"], 4),
  ];

  const { stored } = await syncOf({ identities }, signIn({ groups: ["new"] }));

  expect(groupsOf(stored)).toEqual([["new"], ["two", "one"], ["new"], ["four"]]);
});

test("only the groups of an identity change, whether or not it had any", async () => {
  const { groups: _, ...bare } = identity(CONNECTION, [], 2);
  const tenant = { idpTenantId: 77, idpTenantName: "Acme AD", azoTenantName: "acme", loginDomain: "acme.example" };
  const full = { ...identity(CONNECTION, ["old"]), ...tenant, idpTenantFqdn: "ad.acme.example" };

  const { stored } = await syncOf({ identities: [full, bare] }, signIn({ groups: ["new"] }));

  expect(stored?.identities).toEqual([full, bare].map((one) => ({ ...one, groups: ["new"] })));
});

test("a sync never creates an identity", async () => {
  const { stored } = await syncOf({}, signIn({ connection: { connectionId: "con_new", groups: ["new"] } }));

  expect(stored?.identities).toEqual([identity(CONNECTION)]);
});
