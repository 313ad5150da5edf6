import { DatabaseSync } from "node:sqlite";
import { describe, expect, test, vi } from "vitest";
import type { OPERATIONS } from "../../../generated/operations.ts";
import { basic, bearer, claims, mint } from "../../helpers/access.ts";
import { type Case, check } from "../../helpers/bad-input.ts";
import { type ServerFixture, type ServerResponse, send, testServer } from "../../helpers/server-fixture.ts";
import { JSON_TYPE } from "../../helpers/stub.ts";

type Status = keyof typeof OPERATIONS.SyncUserIdentity.responses;
type Row = Partial<Case>;

/** Per status of the contract, a request that gets it; some change the server first. */
const ROWS: Record<Status, Row | ((fixture: ServerFixture) => Promise<Row> | Row)> = {
  200: {},
  400: { body: {} },
  401: { credentials: {} },
  403: { credentials: bearer(mint(claims({ permissions: [] }))) },
  404: { path: "/v1/users/planted/$sync" },
  405: { method: "POST" },
  406: { headers: { ...JSON_TYPE, Accept: "text/xml" } },
  413: { body: "x".repeat(262_145) },
  415: { headers: { "Content-Type": "text/plain" } },
  429: sendTenWrongSecrets,
  500: breakUser,
  503: lockDatabase,
};

test.for(Object.entries(ROWS))("a %s response matches the contract", async ([status, row]) => {
  const fixture = await testServer();
  const changes = typeof row === "function" ? await row(fixture) : row;
  await check(fixture, { name: "", status: Number(status), ...changes });
});

test("the log of a 500 names the invalid member of the stored user, and the response does not", async () => {
  const fixture = await testServer();
  const after = ({ text }: ServerResponse) => expect(text).not.toMatch(/isActive|boolean|auth0/);
  await check(fixture, { name: "", status: 500, ...breakUser(fixture), after });
  const [cause = "", access = ""] = fixture.lines;
  expect([cause, access].map((line) => JSON.parse(line).level)).toEqual([50, 30]);
  expect(cause).toContain("/user/isActive");
  expect(cause).toContain(JSON.parse(access).requestId);
  expect(fixture.lines.join("")).not.toMatch(/planted|auth0/);
});

describe("X-Request-Id", () => {
  const visible = String.fromCharCode(...Array.from({ length: 0x7e - 0x20 }, (_, index) => 0x21 + index));
  /** Sends requests with this id and returns the ids of the responses. */
  async function idsOf({ server }: ServerFixture, id: string | string[]) {
    const ids: unknown[] = [];
    for (const [status, call] of Object.entries({ 200: {}, 404: { path: "/" }, 401: { credentials: {} } })) {
      const response = await send(server, { ...call, headers: { ...JSON_TYPE, "X-Request-Id": id } });
      const sent = response.headers["x-request-id"]?.join();
      expect(response.status).toBe(Number(status));
      if (response.status !== 200) expect(JSON.parse(response.text)).toMatchObject({ instance: sent });
      ids.push(sent);
    }
    return ids;
  }

  test.for([
    ["one character", "x"],
    ["every visible ASCII character", visible],
    ["128 characters", "x".repeat(128)],
  ])("an id of %s is sent back", async ([, id = ""]) => {
    expect(await idsOf(await testServer(), id)).toEqual([id, id, id]);
  });

  test.for<[string, string | string[]]>([
    ["no character", ""],
    ["129 characters", "planted".padEnd(129, "x")],
    ["10 kB", "planted".padEnd(10_000, "x")],
    ["two words", "planted planted"],
    ["letters beyond ASCII", "planted\u00e9"],
    ["characters with a tab", "planted\tplanted"],
    ["two headers", ["planted", "planted"]],
  ])("an id of %s is replaced by a new UUID per request", async ([, id]) => {
    const fixture = await testServer();
    const ids = await idsOf(fixture, id);
    expect(ids).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f-]{36}$/)));
    expect(new Set(ids).size).toBe(3);
    await vi.waitFor(() => expect(fixture.lines).toHaveLength(3), { timeout: 10_000, interval: 1 });
    expect(fixture.lines.join("")).not.toContain("planted");
  });
});

async function sendTenWrongSecrets({ server }: ServerFixture): Promise<Row> {
  const credentials = { Authorization: basic("key-limited", "planted-wrong") };
  for (let attempt = 1; attempt <= 10; attempt += 1) await send(server, { credentials });
  return { credentials };
}

/** Stores a user that does not match the contract, as an older version might have. */
function breakUser({ file }: ServerFixture): Row {
  const database = new DatabaseSync(file);
  const sql = "UPDATE users SET document = json_set(document, '$.isActive', 'planted-yes') WHERE id = 'auth0|abc'";
  expect(database.prepare(sql).run().changes).toBe(1);
  database.close();
  return { path: "/v1/users/auth0%7Cabc/$sync" };
}

/** Holds the write lock of the database, as another process might, until after the response. */
function lockDatabase({ file, lines }: ServerFixture): Row {
  const database = new DatabaseSync(file);
  database.exec("BEGIN IMMEDIATE");
  const after = () => {
    database.close();
    expect(lines.map((line) => JSON.parse(line).level)).toEqual([50, 30]);
  };
  return { after };
}
