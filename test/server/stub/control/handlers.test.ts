import { expect, test } from "vitest";
import { Faults, Journal, LoadCount, StoredUser, Users, Verdict } from "../../../../generated/control/validators.js";
import { API, acme, CONNECTION, identity, put, signIn, startStubWithClient } from "../../../helpers/stub.ts";
import { control, good, refusal } from "./control-site.ts";

const LATENCY = { match: { userId: "u-ada" }, times: 2, fault: { kind: "latency", ms: 5 } };
const TEAPOT = { fault: { kind: "status", status: 418 } };
const SESSION = { "X-Contract-Session": "one" };

test("requests are listed, the latest first, and forgotten", async () => {
  const { server } = await startStubWithClient();
  expect(await good(control(server, "/requests"), Journal)).toEqual({ requests: [], evicted: 0 });
  await put(server);
  await put(server, { body: signIn({ audience: "" }) });

  const { requests } = await good(control(server, "/requests"), Journal);
  expect(requests.map(({ status, problem }) => [status, problem])).toEqual([
    [400, "invalid-request"],
    [200, undefined],
  ]);
  expect(requests[0]?.errors).toEqual([expect.objectContaining({ pointer: "/audience" })]);

  expect((await control(server, "/requests", { method: "DELETE" })).status).toBe(204);
  expect(await good(control(server, "/requests"), Journal)).toEqual({ requests: [], evicted: 0 });
});

test("a list that has not changed since is not sent again", async () => {
  const { server } = await startStubWithClient();
  const tags: string[] = [];
  const states = [
    async () => {},
    () => put(server),
    () => put(server),
    () => control(server, "/requests", { method: "DELETE" }),
    () => put(server),
  ];
  for (const change of states) {
    await change();
    const tag = (await control(server, "/requests")).headers.get("etag") ?? "";
    const again = await control(server, "/requests", { headers: { "If-None-Match": tag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    tags.push(tag);
  }
  // The empty list is the same as before.
  expect(new Set(tags).size).toBe(4);
});

test("a verification passes, or says what missed by least", async () => {
  const { server } = await startStubWithClient();
  await put(server);
  const verify = (match: object, count: object) =>
    good(control(server, "/verify", { method: "POST", body: { match, count } }), Verdict);
  expect(await verify({ userId: "u-ada", status: 200 }, { exactly: 1 })).toMatchObject({ passed: true, count: 1 });
  const { passed, closest } = await verify({ status: 404 }, { atLeast: 1 });
  expect([passed, closest[0]?.reasons]).toEqual([false, ["status is 200, not 404"]]);
});

test("faults are set, fire, are counted and removed", async () => {
  const { server } = await startStubWithClient();
  const set = await good(control(server, "/faults", { method: "PUT", body: { rules: [LATENCY, TEAPOT] } }), Faults);
  expect(set.rules.map(({ rule, fired }) => [rule, fired])).toEqual([
    [LATENCY, 0],
    [TEAPOT, 0],
  ]);
  expect([(await put(server)).status, (await put(server)).status, (await put(server)).status]).toEqual([200, 200, 418]);
  const { rules } = await good(control(server, "/faults"), Faults);
  expect(rules.map(({ fired }) => fired)).toEqual([2, 1]);

  expect((await control(server, "/faults", { method: "DELETE" })).status).toBe(204);
  expect((await put(server)).status).toBe(200);
  expect(await good(control(server, "/faults"), Faults)).toEqual({ rules: [] });
});

test("the directory is replaced, and a reset brings back that of the start", async () => {
  const { server } = await startStubWithClient();
  const next = acme({ users: [{ id: "u-zoë/1", givenName: "Zoë" }] });
  expect(await good(control(server, "/directory", { method: "PUT", body: next }), LoadCount)).toEqual({ total: 5 });
  expect(await good(control(server, "/users/u-zo%C3%AB%2F1"), StoredUser)).toMatchObject(next.users[0] ?? {});
  const problem = await refusal(control(server, "/users/u-ada"), 404, "unknown-user");
  expect(problem.detail).toBe("The directory of this session has no such user.");

  await control(server, "/faults", { method: "PUT", body: { rules: [TEAPOT] } });
  expect((await control(server, "/reset", { method: "POST" })).status).toBe(204);
  expect(await good(control(server, "/users/u-ada"), StoredUser)).toMatchObject({ id: "u-ada" });
  expect(await good(control(server, "/faults"), Faults)).toEqual({ rules: [] });
});

test("a bad directory is refused with everything that is wrong with it, and nothing is replaced", async () => {
  const { server } = await startStubWithClient();
  const bad = { users: [{ id: 5 }, { id: "u", roles: [{ id: "r", name: "R" }] }], roles: [], roleConnectionMaps: [] };
  const problem = await refusal(control(server, "/directory", { method: "PUT", body: bad }), 400, "invalid-request");
  expect(problem).toMatchObject({
    detail: "The directory was not loaded: 2 problems.",
    errors: [
      { pointer: "/users/0/id", detail: "must be string" },
      { pointer: "/users/1/roles/0", detail: "there is no role 'r'" },
    ],
  });
  const lists = await refusal(control(server, "/directory", { method: "PUT", body: {} }), 400, "invalid-request");
  expect(lists.errors).toHaveLength(3);
  expect((await put(server)).status).toBe(200);
});

test("users are listed with what a sign-in would give, and nothing is written for it", async () => {
  const roles = [
    { id: "r-viewer", name: "Viewer" },
    { id: "r-other", name: "Reader", expires: "2020-01-01T00:00:00Z" },
  ];
  const groups = [" engineers", "engineers"];
  const identities = [identity(CONNECTION, groups, 1), identity("con_b", [], 2)];
  const user = { givenName: "Ada", identities, roles };
  const { server } = await startStubWithClient({ directory: acme({ user }) });
  const stored = await server.user("u-ada");
  const listed = await good(control(server, "/users"), Users);
  const at = (connectionId: string, audience: string, ...names: string[]) => ({
    ...{ connectionId, audience, isAuthenticated: true },
    roles: names,
  });
  const other = "https://other.acme.example";
  expect(listed).toEqual({
    total: 1,
    users: [
      {
        id: "u-ada",
        name: "Ada",
        signIns: [
          at(CONNECTION, API, "Engineer", "Viewer"),
          at(CONNECTION, other),
          at("con_b", API, "Viewer"),
          at("con_b", other),
        ],
      },
    ],
  });
  expect(await server.user("u-ada")).toEqual(stored);
  expect(stored).not.toHaveProperty("modified");
  expect(server.journal.list().requests).toEqual([]);
});

test("a list has a hundred users at most, an inactive one among them, and says how many there are", async () => {
  const users = Array.from({ length: 120 }, (_, index) => ({
    id: `u-${String(index).padStart(3, "0")}`,
    isActive: index > 0,
    identities: [identity(CONNECTION, ["engineers"], index)],
  }));
  const { server } = await startStubWithClient({ directory: acme({ users }) });
  const listed = await good(control(server, "/users"), Users);
  expect([listed.users.length, listed.total, listed.users.at(-1)?.id]).toEqual([100, 120, "u-099"]);
  expect(listed.users.slice(0, 2).map(({ signIns }) => signIns)).toMatchObject([
    [{ isAuthenticated: false, roles: [] }],
    [{ isAuthenticated: true, roles: ["Engineer"] }],
  ]);
});

test("a session has its own requests, faults and users; the one without a name sees nothing of it", async () => {
  const { server } = await startStubWithClient();
  await control(server, "/faults", { method: "PUT", headers: SESSION, body: { rules: [TEAPOT] } });
  await control(server, "/directory", { method: "PUT", headers: SESSION, body: acme({ users: [{ id: "u-eve" }] }) });
  expect((await put(server, { headers: SESSION })).status).toBe(418);
  expect((await put(server)).status).toBe(200);

  const [own, unnamed] = [
    await good(control(server, "/requests", { headers: SESSION }), Journal),
    await good(control(server, "/requests"), Journal),
  ];
  expect([own, unnamed].map(({ requests }) => requests.map(({ status, session }) => [status, session]))).toEqual([
    [[418, "one"]],
    [[200, undefined]],
  ]);
  expect((await good(control(server, "/users", { headers: SESSION }), Users)).users[0]?.id).toBe("u-eve");
  expect((await good(control(server, "/users"), Users)).users[0]?.id).toBe("u-ada");
});
