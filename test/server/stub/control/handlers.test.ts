import { expect, onTestFinished, test } from "vitest";
import {
  DemoCredentials,
  Faults,
  Journal,
  LoadCount,
  StoredUser,
  Users,
  Verdict,
} from "../../../../generated/control/validators.js";
import { startStub } from "../../../../server/stub/start-stub.ts";
import { API, acme, CONNECTION, identity, put, signIn, startStubWithClient } from "../../../helpers/stub.ts";
import { bodyOf, control, problemOf } from "./control-site.ts";

const TWICE = { match: { userId: "u-ada" }, times: 2, fault: { kind: "latency", ms: 5 } };
const ALWAYS = { fault: { kind: "status", status: 418 } };

test("/requests lists the journal, the latest first, and clears it", async () => {
  const { server } = await startStubWithClient();
  await put(server);
  await put(server, { body: signIn({ audience: "" }) });
  const { requests } = await bodyOf(control(server, "/requests"), Journal);
  expect(requests).toMatchObject([
    { status: 400, problem: "invalid-request", errors: [{ pointer: "/audience" }] },
    { status: 200 },
  ]);
  expect((await control(server, "/requests", { method: "DELETE" })).status).toBe(204);
  expect(await bodyOf(control(server, "/requests"), Journal)).toEqual({ requests: [], evicted: 0 });
});

test("/requests replies with 304 to If-None-Match until the journal changes", async () => {
  const { server } = await startStubWithClient();
  const tags: string[] = [];
  const clear = () => control(server, "/requests", { method: "DELETE" });
  for (const change of [async () => {}, () => put(server), () => put(server), clear, () => put(server)]) {
    await change();
    const tag = (await control(server, "/requests")).headers.get("etag") ?? "";
    const response = await control(server, "/requests", { headers: { "If-None-Match": tag } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
    tags.push(tag);
  }
  // The two states of an empty journal have the same tag.
  expect(new Set(tags).size).toBe(4);
});

test("/verify returns the verdict on the journal", async () => {
  const { server } = await startStubWithClient();
  await put(server);
  const verify = (match: object, count: object) =>
    bodyOf(control(server, "/verify", { method: "POST", body: { match, count } }), Verdict);
  expect(await verify({ userId: "u-ada", status: 200 }, { exactly: 1 })).toMatchObject({ passed: true, count: 1 });
  const { passed, closest } = await verify({ status: 404 }, { atLeast: 1 });
  expect([passed, closest[0]?.reasons]).toEqual([false, ["status is 200, not 404"]]);
});

test("/faults replaces, lists and removes the rules", async () => {
  const { server } = await startStubWithClient();
  const replace = () => bodyOf(control(server, "/faults", { method: "PUT", body: { rules: [TWICE, ALWAYS] } }), Faults);
  const fresh = [TWICE, ALWAYS].map((rule) => ({ rule, fired: 0 }));
  expect((await replace()).rules).toMatchObject(fresh);
  for (const status of [200, 200, 418]) expect((await put(server)).status).toBe(status);
  const { rules } = await bodyOf(control(server, "/faults"), Faults);
  expect(rules.map(({ fired }) => fired)).toEqual([2, 1]);
  expect((await replace()).rules).toMatchObject(fresh);

  expect((await control(server, "/faults", { method: "DELETE" })).status).toBe(204);
  expect((await put(server)).status).toBe(200);
  expect(await bodyOf(control(server, "/faults"), Faults)).toEqual({ rules: [] });
});

const KINDS = "latency, status, reset, drop-answer, truncated-body, malformed-json, wrong-media-type";
test.each([
  [{ kind: "latencey" }, "/kind", `must be one of ${KINDS}. Did you mean 'latency'?`],
  [{ kind: "explosion-of-the-sun" }, "/kind", `must be one of ${KINDS}.`],
  [{}, "/kind", `must be one of ${KINDS}.`],
  [5, "", "must be object"],
  [{ kind: "status", status: 200 }, "/status", "must be >= 400"],
  [{ kind: "latency", sigma: 1 }, "/ms", "must be present"],
  [
    { kind: "status", status: 503, retryAfter: 1 },
    "/retryAfter",
    "must NOT be present: the members of the fault status are kind, status, retryAfterSeconds.",
  ],
  [
    { kind: "latency", ms: 1, sead: 1 },
    "/sead",
    "must NOT be present: the members of the fault latency are kind, ms, sigma, seed. Did you mean 'seed'?",
  ],
])("/faults rejects %j with one violation, for the kind of the fault", async (fault, pointer, detail) => {
  const { server } = await startStubWithClient();
  const rules = [ALWAYS, { fault }];
  const { errors } = await problemOf(
    control(server, "/faults", { method: "PUT", body: { rules } }),
    400,
    "invalid-request",
  );
  expect(errors).toEqual([{ pointer: `/rules/1/fault${pointer}`, detail }]);
});

test("/faults lists the violations of a rule besides those of its fault", async () => {
  const { server } = await startStubWithClient();
  const rules = [{ times: 0, fault: { kind: "fire" } }, { falt: 1 }];
  const { errors } = await problemOf(
    control(server, "/faults", { method: "PUT", body: { rules } }),
    400,
    "invalid-request",
  );
  expect(errors?.map(({ pointer }) => pointer)).toEqual([
    "/rules/0/times",
    "/rules/1/falt",
    "/rules/0/fault/kind",
    "/rules/1/fault",
  ]);
});

test("/directory replaces the directory, and /reset restores the one of the start", async () => {
  const { server } = await startStubWithClient();
  const next = acme({ users: [{ id: "u-zoë/1", givenName: "Zoë" }] });
  expect(await bodyOf(control(server, "/directory", { method: "PUT", body: next }), LoadCount)).toEqual({ total: 5 });
  expect(await bodyOf(control(server, "/users/u-zo%C3%AB%2F1"), StoredUser)).toMatchObject(next.users[0] ?? {});
  const { detail } = await problemOf(control(server, "/users/u-ada"), 404, "unknown-user");
  expect(detail).toBe("The directory of this session has no such user.");

  await control(server, "/faults", { method: "PUT", body: { rules: [ALWAYS] } });
  expect((await control(server, "/reset", { method: "POST" })).status).toBe(204);
  expect(await bodyOf(control(server, "/users/u-ada"), StoredUser)).toMatchObject({ id: "u-ada" });
  expect(await bodyOf(control(server, "/faults"), Faults)).toEqual({ rules: [] });
});

test("/directory accepts megabytes, and rejects an invalid directory with every problem", async () => {
  const { server } = await startStubWithClient();
  const bad = { users: [{ id: 5 }, { id: "u", roles: [{ id: "r", name: "R" }] }], roles: [], roleConnectionMaps: [] };
  const replace = (body: object) => control(server, "/directory", { method: "PUT", body });
  expect(await problemOf(replace(bad), 400, "invalid-request")).toMatchObject({
    detail: "The directory was not loaded: 2 problems.",
    errors: [
      { pointer: "/users/0/id", detail: "must be string" },
      { pointer: "/users/1/roles/0", detail: "there is no role 'r'" },
    ],
  });
  expect((await problemOf(replace({}), 400, "invalid-request")).errors).toHaveLength(3);
  expect((await put(server)).status).toBe(200);
  const users = Array.from({ length: 20_000 }, (_, index) => ({ id: `u-${index}`, nickname: "x".repeat(100) }));
  expect(await bodyOf(replace(acme({ users })), LoadCount)).toEqual({ total: 20_004 });
});

test("/users lists each user with the results of a sign-in, and writes nothing", async () => {
  const roles = [
    { id: "r-viewer", name: "Viewer" },
    { id: "r-other", name: "Reader", expires: "2020-01-01T00:00:00Z" },
  ];
  const identities = [identity(CONNECTION, [" engineers", "engineers"], 1), identity("con_b", [], 2)];
  const { server } = await startStubWithClient({ directory: acme({ user: { givenName: "Ada", identities, roles } }) });
  const stored = await server.user("u-ada");
  const listed = await bodyOf(control(server, "/users"), Users);
  const reason = "Rule 7, roles: the assignment of Reader expired at 2020-01-01T00:00:00Z.";
  const at = (connectionId: string, audience: string, ...names: string[]) => ({
    ...{ connectionId, audience, isAuthenticated: true },
    roles: names,
    ...(names.length === 0 && { reason }),
  });
  const other = "https://other.acme.example";
  const signIns = [at(CONNECTION, API, "Engineer", "Viewer"), at(CONNECTION, other)];
  signIns.push(at("con_b", API, "Viewer"), at("con_b", other));
  expect(listed).toEqual({ total: 1, users: [{ id: "u-ada", name: "Ada", signIns, withoutRoles: [] }] });
  expect(await server.user("u-ada")).toEqual(stored);
  expect(stored).not.toHaveProperty("modified");
  expect(server.journal.list().requests).toEqual([]);
});

test.each([
  [{ isActive: false }, { reason: "Rule 3, gate: the user is inactive." }],
  [{ organization: { id: 1, isActive: false } }, { reason: "Rule 3, gate: the organization is inactive." }],
  [
    {},
    {
      reason: "Rule 7, roles: no role is assigned to the user, and the identity has no groups that a map could match.",
    },
  ],
  [
    { identities: [identity(CONNECTION, ["guests", " staff "])] },
    {
      reason:
        "Rule 7, roles: no role is assigned to the user, and no map has this connection and one of its groups: guests, staff.",
    },
  ],
])("/users names the rule by which the user %j gets no role", async (user, expected) => {
  const { server } = await startStubWithClient({ directory: acme({ user }) });
  const { users } = await bodyOf(control(server, "/users"), Users);
  expect(users).toMatchObject([{ signIns: [], withoutRoles: [{ connectionId: CONNECTION, ...expected }] }]);
});

test("/users names the gate of a user without a connection, and of an inactive one with roles", async () => {
  const roles = [{ id: "r-viewer", name: "Viewer" }];
  const users = [
    { id: "u-1", roles },
    { id: "u-2", roles, isActive: false },
    { id: "u-3", roles, isActive: false, identities: [identity(CONNECTION)] },
  ];
  const { server } = await startStubWithClient({ directory: acme({ users }) });
  const listed = await bodyOf(control(server, "/users"), Users);
  const inactive = "Rule 3, gate: the user is inactive.";
  expect(listed.users).toMatchObject([
    { signIns: [], withoutRoles: [{ reason: "Rule 3, gate: the user has no identity at the connection." }] },
    { signIns: [], withoutRoles: [{ reason: inactive }] },
    { signIns: [{ audience: API, isAuthenticated: false, roles: [], reason: inactive }], withoutRoles: [] },
  ]);
});

test("/users finds users by id, name and e-mail address", async () => {
  const users = [
    { id: "u-1", displayName: "Ada Lovelace" },
    { id: "u-2", emailAddress: "ada@acme.example" },
    { id: "adam" },
    { id: "u-4", username: "grace" },
  ];
  const { server } = await startStubWithClient({ directory: acme({ users }) });
  const found = async (text: string) => {
    const { users: listed, total } = await bodyOf(control(server, `/users?text=${encodeURIComponent(text)}`), Users);
    return [total, listed.map(({ id }) => id).sort()];
  };
  expect(await found("ADA")).toEqual([3, ["adam", "u-1", "u-2"]]);
  expect(await found("grace")).toEqual([1, ["u-4"]]);
  expect(await found("%&?")).toEqual([0, []]);
  expect((await found(""))[0]).toBe(4);
});

test("/credentials returns the demo credentials by security scheme, and never others", async () => {
  const { server } = await startStubWithClient();
  const { credentials } = await bodyOf(control(server, "/credentials"), DemoCredentials);
  const { apiKey, bearerToken, applicationToken } = server.demo ?? {};
  expect(Object.fromEntries(credentials.map(({ scheme, ...one }) => [scheme, one]))).toEqual({
    Basic: { type: "basic", username: apiKey?.id, value: apiKey?.secret },
    Bearer: { type: "bearer", value: bearerToken },
    ApplicationToken: { type: "apiKey", header: expect.any(String), value: applicationToken },
  });
  const access = {
    credentials: { apiKeys: [{ id: "own", sha256: "0".repeat(64), permissions: [] }], applicationTokens: [] },
  };
  const other = await startStub({ access });
  onTestFinished(() => other.close());
  expect(await bodyOf(control(other, "/credentials"), DemoCredentials)).toEqual({ credentials: [] });
});

test("/users lists the first hundred users, including inactive ones, and the number of all", async () => {
  const users = Array.from({ length: 120 }, (_, index) => ({
    id: `u-${String(index).padStart(3, "0")}`,
    isActive: index > 0,
    identities: [identity(CONNECTION, ["engineers"], index)],
  }));
  const { server } = await startStubWithClient({ directory: acme({ users }) });
  const listed = await bodyOf(control(server, "/users"), Users);
  expect([listed.users.length, listed.total, listed.users.at(-1)?.id]).toEqual([100, 120, "u-099"]);
  expect(listed.users.slice(0, 2).map(({ signIns }) => signIns)).toMatchObject([
    [{ isAuthenticated: false, roles: [] }],
    [{ isAuthenticated: true, roles: ["Engineer"] }],
  ]);
});

test("every operation applies to the session in X-Contract-Session", async () => {
  const { server } = await startStubWithClient();
  const headers = { "X-Contract-Session": "one" };
  await control(server, "/faults", { method: "PUT", headers, body: { rules: [ALWAYS] } });
  await control(server, "/directory", { method: "PUT", headers, body: acme({ users: [{ id: "u-eve" }] }) });
  expect((await put(server, { headers })).status).toBe(418);
  expect((await put(server)).status).toBe(200);

  const statesOf = async (call: { headers?: typeof headers }) => {
    const { requests } = await bodyOf(control(server, "/requests", call), Journal);
    const { users } = await bodyOf(control(server, "/users", call), Users);
    return { requests: requests.map(({ status, session }) => [status, session]), user: users[0]?.id };
  };
  expect(await statesOf({ headers })).toEqual({ requests: [[418, "one"]], user: "u-eve" });
  expect(await statesOf({})).toEqual({ requests: [[200, undefined]], user: "u-ada" });
});
