import { describe, expect, test } from "vitest";
import type { RequestMatch, Verification } from "../../../generated/control/types.ts";
import { API, CONNECTION, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { call, pathOf } from "./call.ts";

/** What the first request below was, and another value for each member. */
const MEMBERS: Required<RequestMatch> = {
  ...{ method: "PUT", path: pathOf("u-ada"), operationId: "SyncUserIdentity", userId: "u-ada", audience: API },
  ...{ connectionId: CONNECTION, caller: "demo-key", status: 400, problem: "invalid-request" },
};

/** A journal of a bad sign-in, two good ones and a stranger's. */
async function journal() {
  const { server } = await startStubWithClient();
  const body = signIn({ attributes: [{ key: "" }] });
  const calls = [
    { body },
    {},
    {},
    { path: pathOf("nobody"), body: signIn({ audience: "https://other.acme.example" }) },
  ];
  const answers = [];
  for (const one of calls) answers.push(await call(server, one));
  await expect.poll(() => server.journal.list().requests).toHaveLength(4);
  const ids = answers.map(({ headers }) => headers["x-request-id"]?.join() ?? "");
  const verify = (match: RequestMatch, count: Verification["count"]) => server.journal.verify({ match, count });
  return { server, verify, ids, statuses: answers.map(({ status }) => status) };
}

describe("verify", () => {
  test("counts all requests where nothing is to match", async () => {
    const { verify, statuses } = await journal();
    expect(statuses).toEqual([400, 200, 200, 404]);
    expect(verify({}, { exactly: 4 })).toEqual({ passed: true, count: 4, evicted: 0, closest: [] });
  });

  test.each(Object.entries(MEMBERS))("looks at %s", async (name, value) => {
    const { verify, ids } = await journal();
    const matching = { ...MEMBERS, [name]: value };
    expect(verify(matching, { exactly: 1 })).toEqual({ passed: true, count: 1, evicted: 0, closest: [] });
    const other = typeof value === "number" ? 418 : `${value}-planted`;
    const verdict = verify({ ...MEMBERS, [name]: other }, { exactly: 1 });
    expect(verdict).toMatchObject({ passed: false, count: 0 });
    const reason = `${name} is ${JSON.stringify(value)}, not ${JSON.stringify(other)}`;
    expect(verdict.closest[0]).toEqual({ id: ids[0], reasons: [reason] });
  });

  test.each<[Verification["count"], boolean]>([
    [{ exactly: 2 }, true],
    [{ exactly: 1 }, false],
    [{ exactly: 3 }, false],
    [{ atLeast: 2 }, true],
    [{ atLeast: 3 }, false],
    [{ atMost: 2 }, true],
    [{ atMost: 1 }, false],
    [{ atLeast: 1, atMost: 2 }, true],
    [{ atLeast: 3, atMost: 4 }, false],
    [{ atLeast: 0, atMost: 1 }, false],
    [{ exactly: 2, atMost: 1 }, false],
  ])("of two matching requests, %j holds: %s", async (count, passed) => {
    const { verify } = await journal();
    expect(verify({ status: 200 }, count)).toMatchObject({ passed, count: 2 });
  });

  test("never asked for is exactly: 0", async () => {
    const { verify } = await journal();
    expect(verify({ userId: "u-grace" }, { exactly: 0 })).toMatchObject({ passed: true, count: 0 });
  });

  test("shows the closest misses first, the latest of equals first, with each reason", async () => {
    const { verify, ids } = await journal();
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
  });

  test("shows five misses at most", async () => {
    const { server, verify } = await journal();
    for (let nth = 0; nth < 4; nth += 1) await call(server);
    await expect.poll(() => server.journal.list().requests).toHaveLength(8);
    expect(verify({ status: 418 }, { atLeast: 1 }).closest).toHaveLength(5);
  });

  test("tells how many requests it could not see any more", async () => {
    const { server } = await startStubWithClient({ journalSize: 3 });
    for (let nth = 0; nth < 5; nth += 1) await call(server);
    await expect.poll(() => server.journal.list().evicted).toBe(2);
    expect(server.journal.verify({ match: {}, count: { exactly: 5 } })).toMatchObject({
      passed: false,
      count: 3,
      evicted: 2,
    });
    expect(server.journal.verify({ match: {}, count: { exactly: 3 } })).toMatchObject({ passed: true, evicted: 2 });
  });
});
