import { describe, expect, test } from "vitest";
import type { RequestMatch, Verification } from "../../../generated/control/types.ts";
import { API, CONNECTION, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";

/** Matches the first request of `journal`. */
const MEMBERS: Required<RequestMatch> = {
  ...{ method: "PUT", path: pathOf("u-ada"), operationId: "SyncUserIdentity", userId: "u-ada", audience: API },
  ...{ connectionId: CONNECTION, caller: "demo-key", status: 400, problem: "invalid-request" },
};

/** A journal of an invalid sign-in, two valid ones, and one of an unknown user. */
async function journal() {
  const { server } = await startStubWithClient();
  const invalid = signIn({ attributes: [{ key: "" }] });
  const other = signIn({ audience: "https://other.acme.example" });
  const responses = [];
  for (const one of [{ body: invalid }, {}, {}, { path: pathOf("nobody"), body: other }])
    responses.push(await call(server, one));
  await expect.poll(() => server.journal.list().requests).toHaveLength(4);
  expect(responses.map(({ status }) => status)).toEqual([400, 200, 200, 404]);
  const ids = responses.map(({ headers }) => headers["x-request-id"]?.join() ?? "");
  const verify = (match: RequestMatch, count: Verification["count"]) => server.journal.verify({ match, count });
  return { server, verify, ids };
}

describe("verify", () => {
  test("matches every member of a request, and names the one that differs", async () => {
    const { verify, ids } = await journal();
    const passed = { passed: true, evicted: 0, closest: [] };
    expect(verify({}, { exactly: 4 })).toEqual({ ...passed, count: 4 });
    expect(verify(MEMBERS, { exactly: 1 })).toEqual({ ...passed, count: 1 });
    for (const [name, value] of Object.entries(MEMBERS)) {
      const other = typeof value === "number" ? 418 : `${value}-planted`;
      const verdict = verify({ ...MEMBERS, [name]: other }, { exactly: 1 });
      expect(verdict).toMatchObject({ passed: false, count: 0 });
      const reason = `${name} is ${JSON.stringify(value)}, not ${JSON.stringify(other)}`;
      expect(verdict.closest[0]).toEqual({ id: ids[0], reasons: [reason] });
    }
  });

  test("compares the count with exactly, atLeast and atMost", async () => {
    const { verify } = await journal();
    const passing = [{ exactly: 2 }, { atLeast: 2 }, { atMost: 2 }, { atLeast: 1, atMost: 2 }];
    const failing = [
      ...[{ exactly: 1 }, { exactly: 3 }, { atLeast: 3 }, { atMost: 1 }],
      ...[
        { atLeast: 3, atMost: 4 },
        { atLeast: 0, atMost: 1 },
        { exactly: 2, atMost: 1 },
      ],
    ];
    for (const count of passing) expect(verify({ status: 200 }, count)).toMatchObject({ passed: true, count: 2 });
    for (const count of failing) expect(verify({ status: 200 }, count)).toMatchObject({ passed: false, count: 2 });
    expect(verify({ userId: "u-grace" }, { exactly: 0 })).toMatchObject({ passed: true, count: 0 });
  });

  test.each<[string, Verification["count"]]>([
    ["exactly", { exactly: 1 }],
    ["atMost", { atMost: 1 }],
    ["atLeast and atMost", { atLeast: 1, atMost: 1 }],
  ])("lists the matches, the latest first, if there are more than %s allows", async (_, count) => {
    const { verify, ids } = await journal();
    const reasons = [expect.stringMatching(/^matches: PUT \/v1\/users\/u-ada\/\$sync, 200, at 20\d\d-/)];
    expect(verify({ status: 200 }, count)).toEqual({
      ...{ passed: false, count: 2, evicted: 0 },
      closest: [ids[2], ids[1]].map((id) => ({ id, reasons })),
    });
  });

  test("lists the latest five of many matches, and misses if the matches are too few", async () => {
    const { server, verify, ids } = await journal();
    for (let nth = 0; nth < 4; nth += 1) await call(server);
    await expect.poll(() => server.journal.list().requests).toHaveLength(8);
    const latest = server.journal.list().requests.slice(0, 5);
    expect(verify({}, { exactly: 0 }).closest.map(({ id }) => id)).toEqual(latest.map(({ id }) => id));
    const { closest } = verify({ status: 200 }, { exactly: 7 });
    expect(closest.map(({ id }) => id)).toEqual([ids[3], ids[0]]);
  });

  test("lists the five closest misses with all reasons, the latest first among equals", async () => {
    const { server, verify, ids } = await journal();
    const verdict = verify({ userId: "u-ada", status: 404, problem: "unknown-user" }, { exactly: 1 });
    expect(verdict).toEqual({
      ...{ passed: false, count: 0, evicted: 0 },
      closest: [
        { id: ids[3], reasons: ['userId is "nobody", not "u-ada"'] },
        { id: ids[2], reasons: ["status is 200, not 404", 'problem is absent, not "unknown-user"'] },
        { id: ids[1], reasons: ["status is 200, not 404", 'problem is absent, not "unknown-user"'] },
        { id: ids[0], reasons: ["status is 400, not 404", 'problem is "invalid-request", not "unknown-user"'] },
      ],
    });
    for (let nth = 0; nth < 4; nth += 1) await call(server);
    await expect.poll(() => server.journal.list().requests).toHaveLength(8);
    expect(verify({ status: 418 }, { atLeast: 1 }).closest).toHaveLength(5);
  });

  test("counts only requests in the journal, and returns the number of evicted ones", async () => {
    const { server } = await startStubWithClient({ journalSize: 3 });
    for (let nth = 0; nth < 5; nth += 1) await call(server);
    await expect.poll(() => server.journal.list().evicted).toBe(2);
    const verdict = (exactly: number) => server.journal.verify({ match: {}, count: { exactly } });
    expect(verdict(5)).toMatchObject({ passed: false, count: 3, evicted: 2 });
    expect(verdict(3)).toMatchObject({ passed: true, evicted: 2 });
  });
});
