import { expect, test } from "vitest";
import type { Role, RoleConnectionMap, UserRole } from "../../../generated/types.ts";
import { API, acme, CONNECTION, identity, names, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { atNow, FUTURE, LAST_CHANGE, NOW, PAST } from "./samples.ts";

const role = (id: string, name = id, audience = API): Role => ({ id, name, audience, description: `${name}!` });
const assigned = (id: string, expires: string | null = null): UserRole => ({
  id,
  name: id,
  description: null,
  expires,
});
const map = (roleId: string, groupName: string | null, changes: Partial<RoleConnectionMap> = {}) => ({
  id: `m-${roleId}-${groupName}`,
  name: null,
  roleId,
  azoConnectionId: CONNECTION,
  groupName,
  ...changes,
});

/** Signs u-ada in to a directory with these roles, assignments and maps. */
async function rolesOf({ roles, direct = [], maps = [], request = signIn() }: Case) {
  const user = { roles: direct, identities: [identity(CONNECTION), identity("con_other", ["elsewhere"], 2)] };
  const { client } = await startStubWithClient({
    directory: acme({ user, roles, roleConnectionMaps: maps }),
    clock: atNow,
  });
  const result = await client.syncUserIdentity("u-ada", request);
  return result.roles;
}

interface Case {
  roles: Role[];
  direct?: UserRole[];
  maps?: RoleConnectionMap[];
  request?: ReturnType<typeof signIn>;
}

test("a role is answered as the directory describes it", async () => {
  const result = await rolesOf({ roles: [role("r-1", "Viewer")], direct: [assigned("r-1", FUTURE)] });

  expect(result).toEqual([{ id: "r-1", name: "Viewer", description: "Viewer!", expires: FUTURE }]);
});

test("only roles of exactly this audience count", async () => {
  const near = [API.toUpperCase(), `${API}/`, ` ${API}`, "https://api.acme", "https://other.acme.example"];
  const roles = [role("r-this"), ...near.map((audience, index) => role(`r-${index}`, `r-${index}`, audience))];

  const result = await rolesOf({
    roles,
    direct: roles.map(({ id }) => assigned(id)),
    maps: roles.map(({ id }) => map(id, "engineers")),
    request: signIn({ groups: ["engineers"] }),
  });

  expect(names(result)).toEqual(["r-this"]);
});

test.each(["https://unknown.example", " ", API.toUpperCase()])(
  "no roles belong to the audience %j",
  async (audience) => {
    const request = signIn({ audience, groups: ["engineers"] });

    const result = await rolesOf({
      roles: [role("r-1")],
      direct: [assigned("r-1")],
      maps: [map("r-1", "engineers")],
      request,
    });

    expect(result).toEqual([]);
  },
);

test("a map grants its role for its connection and its group together", async () => {
  const roles = ["both", "group-only", "connection-only", "neither", "stored-elsewhere"].map((id) => role(id));
  const maps = [
    map("both", "engineers"),
    map("group-only", "engineers", { azoConnectionId: "con_other" }),
    map("connection-only", "managers"),
    map("neither", "managers", { azoConnectionId: "con_other" }),
    map("stored-elsewhere", "elsewhere"),
  ];

  const result = await rolesOf({ roles, maps, request: signIn({ groups: ["engineers"] }) });

  expect(result).toEqual([{ id: "both", name: "both", description: "both!", expires: null }]);
});

for (const { mapped, asserted, matches } of [
  { mapped: "engineers", asserted: "engineers", matches: true },
  { mapped: " engineers\t", asserted: "engineers", matches: true },
  { mapped: "engineers", asserted: "\n engineers ", matches: true },
  { mapped: "a  b", asserted: "a b", matches: false },
  { mapped: "engineers", asserted: "Engineers", matches: false },
  { mapped: "engineer", asserted: "engineers", matches: false },
  { mapped: "engineers%", asserted: "engineers", matches: false },
  { mapped: "Zo\u00eb", asserted: "Zoe\u0308", matches: false },
]) {
  test(`a map of ${mapped} matches the group ${asserted}: ${matches}`, async () => {
    const request = signIn({ groups: [asserted] });

    const result = await rolesOf({ roles: [role("r-1")], maps: [map("r-1", mapped)], request });

    expect(names(result)).toEqual(matches ? ["r-1"] : []);
  });
}

test("a connection is compared exactly, without trimming", async () => {
  const maps = [CONNECTION.toUpperCase(), ` ${CONNECTION}`, `${CONNECTION} `].map((azoConnectionId, index) =>
    map("r-1", "engineers", { id: `m-${index}`, azoConnectionId }),
  );

  const result = await rolesOf({ roles: [role("r-1")], maps, request: signIn({ groups: ["engineers"] }) });

  expect(result).toEqual([]);
});

test.each([
  { azoConnectionId: null },
  { azoConnectionId: "" },
  { azoConnectionId: " " },
  { groupName: null },
  { groupName: "" },
  { groupName: " \t" },
])("a map with %o matches nothing", async (blank) => {
  const identities = [identity(CONNECTION), identity(" ", [], 2)];
  const roleConnectionMaps = [map("r-1", "engineers", blank)];
  const { client } = await startStubWithClient({
    directory: acme({ user: { identities }, roles: [role("r-1")], roleConnectionMaps }),
  });

  for (const connectionId of [CONNECTION, " "]) {
    const request = signIn({ connection: { connectionId, groups: ["engineers", "", " ", " \t", "null"] } });
    expect(await client.syncUserIdentity("u-ada", request)).toMatchObject({ isAuthenticated: true, roles: [] });
  }
});

test("a map that lacks connection and group matches nothing", async () => {
  const maps = [{ id: "m-1", roleId: "r-1" }];

  const result = await rolesOf({ roles: [role("r-1")], maps, request: signIn({ groups: ["engineers", "undefined"] }) });

  expect(result).toEqual([]);
});

test("a role that is reached in several ways is answered once", async () => {
  const result = await rolesOf({
    roles: [role("r-1"), role("r-2")],
    direct: [assigned("r-1"), assigned("r-1")],
    maps: [map("r-1", "a"), map("r-1", "b"), map("r-2", "a"), map("r-2", "b")],
    request: signIn({ groups: ["a", "b"] }),
  });

  expect(names(result)).toEqual(["r-1", "r-2"]);
});

for (const { how, direct, groups = [], expires } of [
  { direct: [FUTURE], groups: ["engineers"], expires: null, how: "a map never expires" },
  { direct: [PAST], groups: ["engineers"], expires: null, how: "a map outlives an assignment that has expired" },
  { direct: [FUTURE, null], groups: [], expires: null, how: "one assignment never expires" },
  { direct: [null, FUTURE], groups: [], expires: null, how: "the first assignment never expires" },
  { direct: [PAST, FUTURE], groups: [], expires: FUTURE, how: "one assignment has expired" },
  {
    direct: ["2031-01-01T00:00:00Z", "2033-01-01T00:00:00Z", "2032-01-01T00:00:00Z"],
    expires: "2033-01-01T00:00:00Z",
    how: "the latest counts",
  },
  {
    direct: ["2031-01-01T00:00:00Z", "2031-01-01T01:00:00+02:00"],
    expires: "2031-01-01T00:00:00Z",
    how: "zones count",
  },
]) {
  test(`the answer has the last moment at which the role holds: ${how}`, async () => {
    const result = await rolesOf({
      roles: [role("r-1")],
      direct: direct.map((one) => assigned("r-1", one)),
      maps: [map("r-1", "engineers")],
      request: signIn({ groups }),
    });

    expect(result?.map((one) => one.expires)).toEqual([expires]);
  });
}

test("roles are ordered by name, then by id, both by code point", async () => {
  const ordered = [
    role("r-5", "Admin"),
    role("R-9", "Viewer"),
    role("r-10", "Viewer"),
    role("r-9", "Viewer"),
    role("\uffff", "Viewer"),
    role("\u{1f600}", "Viewer"),
    role("r-4", "admin"),
    role("r-3", "admin 2"),
    role("r-2", "\u00c4rzte"),
    role("r-1", "\uffff"),
    role("r-0", "\u{1f600}"),
  ];
  const half = ordered.filter((_, index) => index % 2 === 0);

  const result = await rolesOf({
    roles: ordered.toReversed(),
    direct: half.toReversed().map(({ id }) => assigned(id)),
    maps: ordered.map(({ id }) => map(id, "engineers")),
    request: signIn({ groups: ["engineers"] }),
  });

  expect(result?.map(({ id }) => id)).toEqual(ordered.map(({ id }) => id));
});

test("losing a group takes its role away at the next sync, and getting it back restores it", async () => {
  const { client } = await startStubWithClient();

  const seen: string[][] = [];
  for (const groups of [["engineers"], ["other"], ["engineers"], []]) {
    const { roles } = await client.syncUserIdentity("u-ada", signIn({ groups }));
    seen.push(names(roles));
  }

  expect(seen).toEqual([["Engineer"], [], ["Engineer"], []]);
});

test("a role by group is never stored", async () => {
  const { server, client } = await startStubWithClient();

  const { user, roles } = await client.syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));

  expect(names(roles)).toEqual(["Engineer"]);
  expect(user?.roles).toEqual([]);
  expect((await server.user("u-ada"))?.roles ?? []).toEqual([]);
});

test("a manual grant is never destroyed: with, without and again with the group", async () => {
  const direct = [assigned("r-engineer", FUTURE), assigned("r-viewer", PAST), assigned("r-other")];
  const { server, client } = await startStubWithClient({ directory: acme({ user: { roles: direct } }), clock: atNow });

  const seen: unknown[] = [];
  for (const groups of [["engineers"], [], ["engineers"]]) {
    const { roles } = await client.syncUserIdentity("u-ada", signIn({ groups }));
    seen.push(roles?.map(({ id, expires }) => ({ id, expires })));
  }

  const [byMap, byHand] = [
    { id: "r-engineer", expires: null },
    { id: "r-engineer", expires: FUTURE },
  ];
  expect(seen).toEqual([[byMap], [byHand], [byMap]]);
  expect((await server.user("u-ada"))?.roles).toEqual(direct);
});

test("the user's own list has the direct assignments of all audiences that have not expired", async () => {
  const direct = [assigned("r-other"), assigned("r-viewer", PAST), assigned("r-engineer", FUTURE)];
  const { client } = await startStubWithClient({
    directory: acme({ user: { roles: [...direct, assigned("r-viewer", NOW)], ...LAST_CHANGE } }),
    clock: atNow,
  });

  const { user, roles } = await client.syncUserIdentity("u-ada", signIn({ audience: "https://other.acme.example" }));

  expect(user?.roles).toEqual([assigned("r-other"), assigned("r-engineer", FUTURE)]);
  expect(names(roles)).toEqual(["Reader"]);
  expect(user).toMatchObject(LAST_CHANGE);
});

test("the roles of a membership do not count", async () => {
  const memberOf = [{ id: "om-1", roles: [assigned("r-viewer")] }];
  const { client } = await startStubWithClient({ directory: acme({ user: { memberOf } }) });

  const { roles } = await client.syncUserIdentity("u-ada", signIn());

  expect(roles).toEqual([]);
});
