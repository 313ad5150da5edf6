import { expect, onTestFinished, test } from "vitest";
import { startStub } from "../../../server/stub/start-stub.ts";
import { fileOf, lines, problemsOf, read } from "./directory-files.ts";

const role = (id: string) => ({ id, name: `${id}!`, audience: "urn:api", description: null });
const map = (id: string, roleId: string) => ({ id, roleId, azoConnectionId: "con_a", groupName: "g" });
const identity = (azoConnectionId: string | null, azoUserId: string | null) => ({ id: 1, azoConnectionId, azoUserId });

const EMPTY = { roles: [], roleConnectionMaps: [], users: [] };

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
    { id: "u-2", emailAddress: "invalid", attributes: [{ id: 2_147_483_648, name: "n", expires: "tomorrow" }] },
    { id: "u-1", identities: [] },
    { id: "u-3", nickname: "a\u0000", attributes: [{ id: 1, name: "n/~", value: "\ud83d" }] },
    { id: "u-4", identities: [identity("con_a", "4"), identity("con_a", "1")] },
  ],
};

test("all problems of a JSON file or an object are reported at once, with their positions", async () => {
  const problems = await problemsOf(fileOf("directory.json", JSON.stringify(bad)));

  expect(await problemsOf(bad)).toEqual(problems.map((problem) => problem.replace("directory.json", "directory")));
  expect(problems).toMatchInlineSnapshot(`
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

test("all problems of an NDJSON file are reported at once, with their lines", async () => {
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

test("a user, a role and a map can have the same id", async () => {
  const directory = { users: [{ id: "x" }], roles: [role("x")], roleConnectionMaps: [map("x", "x")] };

  expect(await read(directory)).toEqual(directory);
});

test("an identity with connection and provider user id can belong to one user only", async () => {
  const users = ["u-1", "u-2", "u-3"].map((id, index) => ({
    id,
    identities: [
      { ...identity("con_a", "1"), id: index, strategy: id },
      ...[identity("con_b", String(index)), identity("con_a", null), identity(null, "1")],
    ],
  }));

  expect(await problemsOf({ ...EMPTY, users })).toEqual([
    `directory /users/1: the identity ["con_a","1"] already belongs to user 'u-1'`,
    `directory /users/2: the identity ["con_a","1"] already belongs to user 'u-1'`,
  ]);
});

test("an entry that violates its schema is checked against the other entries too", async () => {
  const assigned = [null, { id: "r-gone", name: "R" }, { id: "r-1", name: "R" }];
  const users = [{ id: 7, roles: assigned, identities: [null, identity("con_a", "1")] }];

  expect(await problemsOf({ ...EMPTY, roles: [{ ...role("r-1"), name: null }], users })).toEqual([
    "directory /roles/0/name: must be string",
    "directory /users/0/id: must be string",
    "directory /users/0/roles/0: must be object",
    "directory /users/0/identities/0: must be object",
    "directory /users/0/roles/1: there is no role 'r-gone'",
  ]);
});

test("members of any wrong type are reported", async () => {
  const users = [{ id: {} }, { identities: 7 }, null, { id: "u-1", roles: [{ id: "r-gone", name: "R" }] }];

  expect(await problemsOf({ roles: [{ id: [] }], roleConnectionMaps: [{ roleId: {} }], users })).toEqual([
    "directory /roles/0: must have required property 'name'",
    "directory /roles/0: must have required property 'audience'",
    "directory /roles/0/id: must be string",
    "directory /roleConnectionMaps/0: must have required property 'id'",
    "directory /roleConnectionMaps/0/roleId: must be string",
    "directory /users/0/id: must be string",
    "directory /users/1: must have required property 'id'",
    "directory /users/1/identities: must be array",
    "directory /users/2: must be object",
    "directory /users/3/roles/0: there is no role 'r-gone'",
  ]);
});

/** JSON of this depth. */
const nested = (depth: number): Record<string, unknown> =>
  JSON.parse(`${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`);

test("entries may be nested 1,000 levels deep", async () => {
  const nestedBy = (more: number) => ({
    roles: [{ ...role("r-1"), extra: nested(999 + more) }],
    roleConnectionMaps: [{ ...map("m-1", "r-1"), extra: nested(999 + more) }],
    users: [{ id: "u-1", subscriptions: [{ id: 1, customMetadata: nested(997 + more) }] }],
  });
  expect(await read(nestedBy(0))).toEqual(nestedBy(0));

  for (const more of [1, 4_000, 20_000, 500_000]) {
    expect(await problemsOf(nestedBy(more))).toEqual([
      "directory /roles/0: is nested too deeply",
      "directory /roleConnectionMaps/0: is nested too deeply",
      "directory /users/0: is nested too deeply",
    ]);
  }
});

test("an object that is not JSON is a problem", async () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const users = [cycle, 7n].map((extra, index) => ({ id: `u-${index}`, extra }));

  expect(await problemsOf({ ...EMPTY, users })).toEqual([
    "directory /users/0: is nested too deeply",
    "directory /users/1: must be JSON",
  ]);
});

test("a user that is larger than the limit is a problem, counted in bytes of JSON", async () => {
  const frame = JSON.stringify({ id: "u-1", extra: "" }).length;
  const directoryOf = (bytes: number) => ({
    ...EMPTY,
    users: [{ id: "u-1", extra: "é".repeat((bytes - frame) / 2) }],
  });
  const bytes = 1_048_576 - (frame % 2);
  expect(await read(directoryOf(bytes))).toEqual(directoryOf(bytes));
  const problem = `directory /users/0: has ${bytes + 2} bytes as JSON; the limit is 1048576`;
  expect(await problemsOf(directoryOf(bytes + 2))).toEqual([problem]);

  const stub = (userLimit: number) => startStub({ directory: directoryOf(bytes), userLimit });
  await expect(stub(bytes - 1)).rejects.toMatchObject({
    problems: [expect.stringContaining(`the limit is ${bytes - 1}`)],
  });
  const server = await stub(bytes);
  onTestFinished(() => server.close());
  for (const load of [server.load, server.directory.replace, (await server.session("s")).directory.replace])
    await expect(load(directoryOf(bytes + 2))).rejects.toMatchObject({
      problems: [problem.replace("1048576", String(bytes))],
    });
});

test("the first thousand problems are listed, and the others are counted", async () => {
  const users = Array.from({ length: 1_234 }, () => ({ id: 7 }));

  const problems = await problemsOf({ ...EMPTY, users });

  expect(problems.slice(-2)).toEqual(["directory /users/999/id: must be string", "and 234 more"]);
  expect(problems).toHaveLength(1_001);
});
