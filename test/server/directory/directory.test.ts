import { expect, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { fileOf, lines, problemsOf, read } from "./directory-files.ts";

const role = (id: string) => ({ id, name: `${id}!`, audience: "urn:api", description: null });
const map = (id: string, roleId: string) => ({ id, roleId, azoConnectionId: "con_a", groupName: "g" });
const identity = (azoConnectionId: string | null, azoUserId: string | null) => ({ id: 1, azoConnectionId, azoUserId });

const EMPTY: Partial<Directory> = { roles: [], roleConnectionMaps: [], users: [] };

const good: Directory = {
  roles: [role("r-1"), role("r-2")],
  roleConnectionMaps: [map("m-1", "r-1"), map("m-2", "r-1")],
  users: [
    { id: "u-1", roles: [{ id: "r-2", name: "R" }], identities: [identity("con_a", "1"), identity("con_b", "1")] },
    { id: "u-2", identities: [identity("con_a", "2"), identity("con_a", null), identity(null, "1")] },
    { id: "u-3", identities: [identity("con_a", null), identity(null, "1"), identity("con_a", "3")] },
  ],
};

const entries = [
  ...good.roles.map((one) => ({ role: one })),
  ...good.roleConnectionMaps.map((roleConnectionMap) => ({ roleConnectionMap })),
  ...good.users.map((user) => ({ user })),
];

test("a directory is read from an object, a JSON file and NDJSON files alike", async () => {
  const ndjson = lines(...entries);

  for (const source of [
    good,
    fileOf("directory.json", JSON.stringify(good, null, 2)),
    fileOf("directory", JSON.stringify(good)),
    fileOf("directory.ndjson", ndjson),
    fileOf("directory.jsonl", ndjson.replaceAll("\n", "\r\n")),
    fileOf("directory.ndjson", `\n${ndjson.replace("\n", "\n\n  \n").trimEnd()}`),
  ]) {
    expect(await read(source)).toEqual(good);
  }
});

test("in NDJSON entries may come in any order", async () => {
  expect(await read(fileOf("directory.ndjson", lines(...entries.toReversed())))).toEqual({
    users: good.users.toReversed(),
    roles: good.roles.toReversed(),
    roleConnectionMaps: good.roleConnectionMaps.toReversed(),
  });
});

test("an empty directory is one", async () => {
  expect(await read({ users: [], roles: [], roleConnectionMaps: [] })).toEqual(EMPTY);
  expect(await read(fileOf("directory.ndjson", "\n"))).toEqual(EMPTY);
});

const bad = {
  roles: [role("r-1"), { id: "", name: 7 }, role("r-1"), role("r-2")],
  roleConnectionMaps: [map("m-1", "r-1"), map("m-1", "r-2"), map("m-2", "r-gone"), { id: "m-3" }],
  users: [
    {
      id: "u-1",
      roles: [
        { id: "r-1", name: "R" },
        { id: "r-lost", name: "R" },
      ],
      identities: [identity("con_a", "1")],
    },
    { id: "u-2", emailAddress: "nobody", attributes: [{ id: 2_147_483_648, name: "n", expires: "tomorrow" }] },
    { id: "u-1", identities: [] },
    { id: "u-3", nickname: "a\u0000", attributes: [{ id: 1, name: "n/~", value: "\ud83d" }] },
    { id: "u-4", identities: [identity("con_a", "4"), identity("con_a", "1")] },
  ],
};

test("all problems of a JSON file are reported in one run", async () => {
  expect(await problemsOf(fileOf("directory.json", JSON.stringify(bad)))).toMatchInlineSnapshot(`
    [
      "directory.json /roles/1: must have required property 'audience'",
      "directory.json /roles/1/id: must NOT have fewer than 1 characters",
      "directory.json /roles/1/name: must be string",
      "directory.json /roles/2: the id 'r-1' is already taken",
      "directory.json /roleConnectionMaps/1: the id 'm-1' is already taken",
      "directory.json /roleConnectionMaps/3: must have required property 'roleId'",
      "directory.json /users/1/emailAddress: must match format "email"",
      "directory.json /users/1/attributes/0/id: must match format "int32"",
      "directory.json /users/1/attributes/0/expires: must match format "date-time"",
      "directory.json /users/2: the id 'u-1' is already taken",
      "directory.json /users/3/nickname: must NOT have U+0000 or a lone surrogate",
      "directory.json /users/3/attributes/0/value: must NOT have U+0000 or a lone surrogate",
      "directory.json /users/4: the identity ["con_a","1"] already belongs to user 'u-1'",
      "directory.json /roleConnectionMaps/2/roleId: there is no role 'r-gone'",
      "directory.json /users/0/roles/1: there is no role 'r-lost'",
    ]
  `);
});

test("all problems of an NDJSON file are reported in one run, with their lines", async () => {
  const list = [
    ...bad.users.map((user) => ({ user })),
    ...bad.roles.map((one) => ({ role: one })),
    ...bad.roleConnectionMaps.map((roleConnectionMap) => ({ roleConnectionMap })),
    ...[{ group: { id: "g" } }, { user: { id: "u-9" }, role: role("r-9") }, {}, [], 7, null, "user"],
  ];

  expect(await problemsOf(fileOf("directory.ndjson", lines(...list)))).toMatchInlineSnapshot(`
    [
      "directory.ndjson:2/emailAddress: must match format "email"",
      "directory.ndjson:2/attributes/0/id: must match format "int32"",
      "directory.ndjson:2/attributes/0/expires: must match format "date-time"",
      "directory.ndjson:3: the id 'u-1' is already taken",
      "directory.ndjson:4/nickname: must NOT have U+0000 or a lone surrogate",
      "directory.ndjson:4/attributes/0/value: must NOT have U+0000 or a lone surrogate",
      "directory.ndjson:5: the identity ["con_a","1"] already belongs to user 'u-1'",
      "directory.ndjson:7: must have required property 'audience'",
      "directory.ndjson:7/id: must NOT have fewer than 1 characters",
      "directory.ndjson:7/name: must be string",
      "directory.ndjson:8: the id 'r-1' is already taken",
      "directory.ndjson:11: the id 'm-1' is already taken",
      "directory.ndjson:13: must have required property 'roleId'",
      "directory.ndjson:14: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:15: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:16: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:17: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:18: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:19: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:20: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}",
      "directory.ndjson:1/roles/1: there is no role 'r-lost'",
      "directory.ndjson:12/roleId: there is no role 'r-gone'",
    ]
  `);
});

test("an object is checked as a file is", async () => {
  const fromFile = await problemsOf(fileOf("directory.json", JSON.stringify(bad)));

  expect(await problemsOf(bad)).toEqual(fromFile.map((problem) => problem.replace("directory.json", "directory")));
});

for (const { twice, list, where, id } of [
  { twice: "user", list: { users: [{ id: "u" }, { id: "v" }, { id: "u" }] }, where: "/users/2", id: "u" },
  { twice: "role", list: { roles: [role("r"), role("s"), role("r")] }, where: "/roles/2", id: "r" },
  {
    twice: "map",
    list: { roles: [role("r")], roleConnectionMaps: [map("m", "r"), map("m", "r")] },
    where: "/roleConnectionMaps/1",
    id: "m",
  },
]) {
  test(`the id of a ${twice} can be there once`, async () => {
    expect(await problemsOf({ ...EMPTY, ...list })).toEqual([`directory ${where}: the id '${id}' is already taken`]);
  });
}

test("a user, a role and a map may have one id", async () => {
  const directory = { users: [{ id: "x" }], roles: [role("x")], roleConnectionMaps: [map("x", "x")] };

  expect(await read(directory)).toEqual(directory);
});

test("two users can't have one identity, whatever else differs", async () => {
  const users = ["u-1", "u-2", "u-3"].map((id, index) => ({
    id,
    identities: [{ ...identity("con_a", "1"), id: index, strategy: id }, identity("con_b", String(index))],
  }));

  expect(await problemsOf({ users, roles: [], roleConnectionMaps: [] })).toEqual([
    `directory /users/1: the identity ["con_a","1"] already belongs to user 'u-1'`,
    `directory /users/2: the identity ["con_a","1"] already belongs to user 'u-1'`,
  ]);
});

test("an entry is checked in every way at once", async () => {
  const users = [{ id: "u-1", emailAddress: "nobody", roles: [{ id: "r-gone", name: "R" }] }];

  expect(await problemsOf({ users, roles: [], roleConnectionMaps: [] })).toEqual([
    `directory /users/0/emailAddress: must match format "email"`,
    "directory /users/0/roles/0: there is no role 'r-gone'",
  ]);
});

test("what is wrong in one member of an entry makes nothing else in it wrong, nor moves it", async () => {
  const assigned = [null, { id: "r-gone", name: "R" }];
  const users = [{ id: 7, roles: assigned, identities: [null, identity("con_a", "1")] }];

  expect(await problemsOf({ ...EMPTY, users })).toEqual([
    "directory /users/0/id: must be string",
    "directory /users/0/roles/0: must be object",
    "directory /users/0/identities/0: must be object",
    "directory /users/0/roles/1: there is no role 'r-gone'",
  ]);
});

test("a role that is described wrongly is there all the same: those who use it are not reported", async () => {
  const roles = [{ ...role("r-1"), name: null }];
  const users = [{ id: "u-1", roles: [{ id: "r-1", name: "R" }] }];

  expect(await problemsOf({ users, roles, roleConnectionMaps: [map("m-1", "r-1")] })).toEqual([
    "directory /roles/0/name: must be string",
  ]);
});

for (const { what, source, missing } of [
  { what: "an empty object", source: {}, missing: ["roles", "roleConnectionMaps", "users"] },
  { what: "a list", source: [], missing: ["roles", "roleConnectionMaps", "users"] },
  { what: "null", source: null, missing: ["roles", "roleConnectionMaps", "users"] },
  { what: "a directory without maps", source: { users: [], roles: [] }, missing: ["roleConnectionMaps"] },
  { what: "users by id", source: { ...good, users: { "u-1": good.users[0] } }, missing: ["users"] },
]) {
  test(`${what} lacks lists, and each one is named`, async () => {
    expect(await problemsOf(fileOf("directory.json", JSON.stringify(source)))).toEqual(
      missing.map((list) => `directory.json: '${list}' must be an array`),
    );
  });
}

for (const { how, content, line } of [
  { how: "a comma too many", content: `{\n  "users": [],\n  "roles": [],\n}`, line: 4 },
  { how: "a name without quotes", content: `{\n  "users": [],\n  roles: []\n}`, line: 3 },
]) {
  test(`a JSON file with ${how} is refused, with the file and the line`, async () => {
    const problems = await problemsOf(fileOf("directory.json", content));

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^directory\\.json\\b.*\\b(line |:)${line}\\b`));
  });
}
