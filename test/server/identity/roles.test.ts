import { expect, test } from "vitest";
import type { Role, RoleConnectionMap, UserRole } from "../../../generated/types.ts";
import { API, acme, CONNECTION, identity, names, signIn } from "../../helpers/stub.ts";
import { FUTURE, LAST_CHANGE, NOW, PAST, startWith, syncOf } from "./samples.ts";

const role = (id: string, name = id, audience = API): Role => ({ id, name, audience, description: `${name}!` });
const assigned = (id: string, expires: string | null = null): UserRole => {
  return { id, name: id, description: null, expires };
};
const map = (roleId: string, groupName: string | null, changes: Partial<RoleConnectionMap> = {}) => {
  return { id: `m-${roleId}-${groupName}`, name: null, roleId, azoConnectionId: CONNECTION, groupName, ...changes };
};

interface Scene {
  roles: Role[];
  direct?: UserRole[];
  maps?: RoleConnectionMap[];
  request?: ReturnType<typeof signIn>;
}

/** The roles in the response to a sign-in of u-ada, with a directory of these roles, assignments and maps. */
async function rolesOf({ roles, direct = [], maps = [], request = signIn({ groups: ["engineers"] }) }: Scene) {
  const user = { roles: direct, identities: [identity(CONNECTION), identity("con_other", ["elsewhere"], 2)] };
  const { client } = await startWith({}, { directory: acme({ user, roles, roleConnectionMaps: maps }) });
  return (await client.syncUserIdentity("u-ada", request)).roles;
}

test("a role has the name and description of the directory", async () => {
  const result = await rolesOf({ roles: [role("r-1", "Viewer")], direct: [assigned("r-1", FUTURE)] });

  expect(result).toEqual([{ id: "r-1", name: "Viewer", description: "Viewer!", expires: FUTURE }]);
});

test("only roles whose audience equals the request's are returned", async () => {
  const near = [API.toUpperCase(), `${API}/`, ` ${API}`, "https://api.acme", "https://other.acme.example"];
  const roles = [role("r-this"), ...near.map((audience, index) => role(`r-${index}`, `r-${index}`, audience))];
  const direct = roles.map(({ id }) => assigned(id));
  const maps = roles.map(({ id }) => map(id, "engineers"));

  expect(names(await rolesOf({ roles, direct, maps }))).toEqual(["r-this"]);
});

test.each(["https://unknown.example", " ", API.toUpperCase()])(
  "the unknown audience %j has no roles",
  async (audience) => {
    const scene = { roles: [role("r-1")], direct: [assigned("r-1")], maps: [map("r-1", "engineers")] };

    expect(await rolesOf({ ...scene, request: signIn({ audience, groups: ["engineers"] }) })).toEqual([]);
  },
);

test("a map grants its role if both its connection and its group match exactly", async () => {
  const near = [CONNECTION.toUpperCase(), ` ${CONNECTION}`, `${CONNECTION} `];
  const maps = [
    map("both", "engineers"),
    map("group-only", "engineers", { azoConnectionId: "con_other" }),
    map("connection-only", "managers"),
    map("neither", "managers", { azoConnectionId: "con_other" }),
    map("stored-elsewhere", "elsewhere"),
    ...near.map((azoConnectionId) => map("near", "engineers", { id: azoConnectionId, azoConnectionId })),
  ];
  const roles = [...new Set(maps.map(({ roleId }) => roleId))].map((id) => role(id));

  expect(await rolesOf({ roles, maps })).toEqual([{ id: "both", name: "both", description: "both!", expires: null }]);
});

test.each([
  { mapped: "engineers", asserted: "engineers", matches: true },
  { mapped: " engineers\t", asserted: "engineers", matches: true },
  { mapped: "engineers", asserted: "\n engineers ", matches: true },
  { mapped: "a  b", asserted: "a b", matches: false },
  { mapped: "engineers", asserted: "Engineers", matches: false },
  { mapped: "engineer", asserted: "engineers", matches: false },
  { mapped: "engineers%", asserted: "engineers", matches: false },
  { mapped: "Zo\u00eb", asserted: "Zoe\u0308", matches: false },
])("a map of $mapped matches the group $asserted: $matches", async ({ mapped, asserted, matches }) => {
  const request = signIn({ groups: [asserted] });

  const result = await rolesOf({ roles: [role("r-1")], maps: [map("r-1", mapped)], request });

  expect(names(result)).toEqual(matches ? ["r-1"] : []);
});

test("a role that is granted in several ways is returned once", async () => {
  const result = await rolesOf({
    roles: [role("r-1"), role("r-2")],
    direct: [assigned("r-1"), assigned("r-1")],
    maps: [map("r-1", "a"), map("r-1", "b"), map("r-2", "a"), map("r-2", "b")],
    request: signIn({ groups: ["a", "b"] }),
  });

  expect(names(result)).toEqual(["r-1", "r-2"]);
});

test.each([
  { why: "a map never expires", direct: [FUTURE], groups: ["engineers"], expires: null },
  { why: "a map outlives an expired assignment", direct: [PAST], groups: ["engineers"], expires: null },
  { why: "one assignment never expires", direct: [FUTURE, null], expires: null },
  { why: "the first assignment never expires", direct: [null, FUTURE], expires: null },
  { why: "one assignment has expired", direct: [PAST, FUTURE], expires: FUTURE },
  {
    why: "time zones are respected",
    direct: ["2031-01-01T00:00:00Z", "2031-01-01T01:00:00+02:00"],
    expires: "2031-01-01T00:00:00Z",
  },
  {
    why: "the latest of several wins",
    direct: ["2031-01-01T00:00:00Z", "2033-01-01T00:00:00Z", "2032-01-01T00:00:00Z"],
    expires: "2033-01-01T00:00:00Z",
  },
])("the response has the latest expiry of a role: $why", async ({ direct, groups = [], expires }) => {
  const result = await rolesOf({
    roles: [role("r-1")],
    direct: direct.map((one) => assigned("r-1", one)),
    maps: [map("r-1", "engineers")],
    request: signIn({ groups }),
  });

  expect(result?.map((one) => one.expires)).toEqual([expires]);
});

test("roles are ordered by name, then by id, both by code point", async () => {
  const ordered = [
    ...[role("r-5", "Admin"), role("R-9", "Viewer"), role("r-10", "Viewer"), role("r-9", "Viewer")],
    ...[role("\uffff", "Viewer"), role("\u{1f600}", "Viewer"), role("r-4", "admin"), role("r-3", "admin 2")],
    ...[role("r-2", "\u00c4rzte"), role("r-1", "\uffff"), role("r-0", "\u{1f600}")],
  ];
  const half = ordered.filter((_, index) => index % 2 === 0);

  const result = await rolesOf({
    roles: ordered.toReversed(),
    direct: half.toReversed().map(({ id }) => assigned(id)),
    maps: ordered.map(({ id }) => map(id, "engineers")),
  });

  expect(result?.map(({ id }) => id)).toEqual(ordered.map(({ id }) => id));
});

test("a mapped role is never stored: it disappears and returns with its group", async () => {
  const { server, client } = await startWith();

  const seen: string[][] = [];
  for (const groups of [["engineers"], ["other"], ["engineers"], []]) {
    const { user, roles } = await client.syncUserIdentity("u-ada", signIn({ groups }));
    seen.push(names(roles));
    expect([user?.roles, (await server.user("u-ada"))?.roles ?? []]).toEqual([[], []]);
  }

  expect(seen).toEqual([["Engineer"], [], ["Engineer"], []]);
});

test("a sync never removes a direct assignment, with or without the group", async () => {
  const direct = [assigned("r-engineer", FUTURE), assigned("r-viewer", PAST), assigned("r-other")];
  const { server, client } = await startWith({ roles: direct });

  const seen: unknown[] = [];
  for (const groups of [["engineers"], [], ["engineers"]]) {
    const { roles } = await client.syncUserIdentity("u-ada", signIn({ groups }));
    seen.push(roles?.map(({ id, expires }) => [id, expires]));
  }

  const [byMap, byHand] = [
    ["r-engineer", null],
    ["r-engineer", FUTURE],
  ];
  expect(seen).toEqual([[byMap], [byHand], [byMap]]);
  expect((await server.user("u-ada"))?.roles).toEqual(direct);
});

test("user.roles has the unexpired direct assignments of all audiences", async () => {
  const roles = [
    assigned("r-other"),
    assigned("r-viewer", PAST),
    assigned("r-engineer", FUTURE),
    assigned("r-viewer", NOW),
  ];

  const { result } = await syncOf({ roles, ...LAST_CHANGE }, signIn({ audience: "https://other.acme.example" }));

  expect(result.user?.roles).toEqual([assigned("r-other"), assigned("r-engineer", FUTURE)]);
  expect(names(result.roles)).toEqual(["Reader"]);
  expect(result.user).toMatchObject(LAST_CHANGE);
});

test("roles of a membership are not roles of the user", async () => {
  const { result } = await syncOf({ memberOf: [{ id: "om-1", roles: [assigned("r-viewer")] }] });

  expect(result.roles).toEqual([]);
});
