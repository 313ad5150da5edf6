import { DatabaseSync } from "node:sqlite";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { User } from "../../../generated/types.ts";
import { createDemoCredentials } from "../../../server/stub/demo.ts";
import { startStub } from "../../../server/stub/start-stub.ts";
import { acme, CONNECTION, identity, put, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { bytesOf, temporaryDatabase } from "../../helpers/temporary-folder.ts";
import { atNow, attribute, custom, LAST_CHANGE, problemOf } from "./samples.ts";

/** A sign-in with one token in three places. */
const signInWith = (token: string) =>
  signIn({ groups: [`group-${token}`], attributes: { token, nickname: token, [`only-${token}`]: token } });

/** The tokens in the three places of a user. */
const tokensOf = (user: User | undefined) => [
  new Map(custom(user)).get("token"),
  user?.nickname,
  user?.identities?.[0]?.groups?.join().replace("group-", ""),
];

test("repeated requests, concurrent and serial, lead to one state and one response", async () => {
  const { server, client } = await startStubWithClient({ clock: atNow });
  const send = () => client.syncUserIdentity("u-ada", signInWith("t"));

  const responses = await Promise.all(Array.from({ length: 10 }, send));
  const stored = await server.user("u-ada");
  for (let round = 0; round < 5; round += 1) responses.push(await send());

  expect(responses).toEqual(responses.map(() => responses[0]));
  expect(await server.user("u-ada")).toEqual(stored);
  expect(custom(stored)).toEqual([
    ["token", "t"],
    ["only-t", "t"],
  ]);
});

test.each([":memory:", "a file"])("concurrent syncs of one user are atomic, with the database %s", async (where) => {
  const database = where === ":memory:" ? where : temporaryDatabase();
  const { server, client } = await startStubWithClient({ database });
  const tokens = Array.from({ length: 32 }, (_, index) => `t${index}`);

  const reads: Promise<User | undefined>[] = [];
  const responses = await Promise.all(
    tokens.map(async (token) => {
      const { user } = await client.syncUserIdentity("u-ada", signInWith(token));
      reads.push(server.user("u-ada"));
      return tokensOf(user);
    }),
  );

  expect(responses).toEqual(tokens.map((token) => [token, token, token]));
  for (const seen of [...(await Promise.all(reads)), await server.user("u-ada")].map(tokensOf)) {
    expect(tokens).toContain(seen[0]);
    expect(new Set(seen).size).toBe(1);
  }
  // Each request added its own attribute with its own id.
  const stored = (await server.user("u-ada"))?.attributes ?? [];
  expect(stored.map(({ name }) => name).sort()).toEqual(["token", ...tokens.map((token) => `only-${token}`)].sort());
  expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
});

test("concurrent syncs of many users each change only their own user", async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `u-${index}`);
  const users = ids.map((id, index) => ({ id, identities: [identity(CONNECTION, [], index)] }));
  const { server, client } = await startStubWithClient({ directory: acme({ users }) });

  await Promise.all(ids.map((id) => client.syncUserIdentity(id, signInWith(id))));

  for (const id of ids) expect(tokensOf(await server.user(id))).toEqual([id, id, id]);
});

test("a rejected request leaves the database file byte-identical", async () => {
  const database = temporaryDatabase();
  const directory = acme({ user: { attributes: [attribute(1, "department", "Engines")], ...LAST_CHANGE } });
  const { server, client } = await startStubWithClient({ database, directory });
  await client.syncUserIdentity("u-ada", signInWith("kept"));
  const [before, user] = [bytesOf(database), await server.user("u-ada")];

  const body = signInWith("rejected");
  const long = "x".repeat(251);
  const rejected: [status: number, sent: Parameters<typeof put>[1]][] = [
    [400, { body: JSON.stringify(body).slice(0, -1) }],
    [400, { body: { ...body, audience: "" } }],
    [400, { body: { ...body, attributes: [...body.attributes, { key: "" }] } }],
    [400, { body: { ...body, attributes: [...body.attributes, { key: "picture", value: long }] } }],
    [400, { body: JSON.stringify(body).replace("group-rejected", "\\u0000") }],
    [400, { body: { ...body, clientUpnKey: "k".repeat(256) } }],
    [400, { body, path: "/v1/users/%00/$sync" }],
    [401, { body, headers: { Authorization: "Basic bm9ib2R5Om5vdGhpbmc=" } }],
    [404, { body, path: "/v1/users/u-unknown/$sync" }],
    [404, { body, path: "/v1/users/u-ada/sync" }],
    [406, { body, headers: { Accept: "text/xml" } }],
    [413, { body: JSON.stringify(body).padEnd(262_145) }],
    [415, { body, headers: { "Content-Type": "text/plain" } }],
  ];
  for (const [status, sent] of rejected) await problemOf(await put(server, sent), status);

  expect(bytesOf(database)).toEqual(before);
  expect(await server.user("u-ada")).toEqual(user);
});

test("a caller without the permission gets 403, and nothing is written", async () => {
  const { demo, credentials, tokens } = await createDemoCredentials(atNow);
  const apiKeys = credentials.apiKeys.map((key) => ({ ...key, permissions: ["user.read"] }));
  const access = { credentials: { ...credentials, apiKeys }, tokens };
  const running = await startStub({ directory: acme(), access, clock: atNow });
  onTestFinished(() => running.close());
  const server = { ...running, demo };
  const before = await server.user("u-ada");

  await problemOf(await put(server, { body: signInWith("rejected") }), 403);

  expect(await server.user("u-ada")).toEqual(before);
});

test("a response that violates the contract is a 500 before the commit, and the log has the pointer", async () => {
  const lines: string[] = [];
  const log = pino({ level: "error" }, { write: (line) => lines.push(line) });
  // The next attribute id does not fit into an int32.
  const user = { attributes: [attribute(2_147_483_647, "department", "Engines")], ...LAST_CHANGE };
  const { server } = await startStubWithClient({ directory: acme({ user }), log });
  const before = await server.user("u-ada");

  const problem = await problemOf(await put(server, { body: signInWith("t") }), 500);

  expect(problem).toEqual({
    type: "urn:nexus-sync:problem:internal-error",
    title: "The server failed; the cause is in its log",
    detail: "The log has the cause under the request id. Sending the request again is safe.",
    status: 500,
    instance: expect.any(String),
  });
  expect(await server.user("u-ada")).toEqual(before);
  const [line] = lines.filter((one) => one.includes(problem.instance ?? "no instance"));
  expect(line).toContain("/user/attributes/1/id");
});

test("a stored user that violates the contract is a 500 without a write, and other users still sync", async () => {
  const database = temporaryDatabase();
  const users = ["u-ada", "u-bob"].map((id, index) => ({ id, identities: [identity(CONNECTION, [], index)] }));
  const { server, client } = await startStubWithClient({ database, directory: acme({ users }) });
  const second = new DatabaseSync(database);
  onTestFinished(() => second.close());
  second.exec(`UPDATE users SET document = json_set(document, '$.emailAddress', 'no address') WHERE id = 'u-ada'`);
  const before = await server.user("u-ada");

  await problemOf(await put(server, { body: signInWith("t") }), 500);

  expect(await server.user("u-ada")).toEqual(before);
  await client.syncUserIdentity("u-bob", signInWith("t"));
  expect(tokensOf(await server.user("u-bob"))).toEqual(["t", "t", "t"]);
});
