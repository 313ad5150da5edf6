import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../../generated/control/types.ts";
import { createJournal } from "../../../server/stub/journal.ts";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { acme, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { call, pathOf } from "./call.ts";
import { control } from "./control/control-site.ts";

const HEADER = "X-Contract-Session";
const inSession = (name: string) => ({ headers: { [HEADER]: name } });

/** A stub from a file with u-ada and as many users as named sessions may have. */
async function startLarge() {
  const file = join(temporaryFolder(), "directory.json");
  const others = Array.from({ length: 9_900 }, (_, nth) => ({ id: `u-${nth}`, note: "x".repeat(200) }));
  writeFileSync(file, JSON.stringify(acme({ users: [...acme().users, ...others] })));
  return { file, ...(await startStubWithClient({ directory: file })) };
}

async function requestsIn(server: RunningStub, name: string) {
  const { journal } = await server.session(name);
  return journal.list().requests;
}

describe("a request that is rejected before its session is opened", () => {
  test.each([
    [401, { credentials: {} }],
    [404, { path: "/v2" }],
    [405, { method: "POST" }],
    [400, { body: {} }],
  ])("with %i opens none, and does not read the start directory", async (status, change) => {
    const { file, server } = await startLarge();
    rmSync(file);
    for (const name of ["s", "t"]) expect((await call(server, { ...change, ...inSession(name) })).status).toBe(status);
  });

  test("is in the journal of that session once it opens, and in no other", async () => {
    const { server } = await startStubWithClient();
    const rejected = { credentials: {}, ...inSession("s") };
    for (const one of [rejected, { credentials: {}, ...inSession("t") }, rejected]) await call(server, one);
    expect((await call(server, inSession("s"))).status).toBe(200);
    await call(server, rejected);

    await expect
      .poll(async () => (await requestsIn(server, "s")).map(({ status }) => status))
      .toEqual([401, 200, 401, 401]);
    expect(await requestsIn(server, "t")).toMatchObject([{ status: 401, session: "t" }]);
    expect(await requestsIn(server, "")).toEqual([]);
    const listed = await control(server, "/requests", inSession("t"));
    expect(await listed.json()).toMatchObject({ requests: [{ status: 401, session: "t" }], evicted: 0 });
  });

  test("closes no other session, however many names are sent", async () => {
    const { server } = await startStubWithClient();
    const { faults } = await server.session("mine");
    for (let nth = 0; nth < 1_100; nth += 1)
      await fetch(`${server.url}${pathOf("u-ada")}`, { method: "PUT", ...inSession(`s-${nth}`) });
    expect((await server.session("mine")).faults).toBe(faults);
  });

  test("with an invalid name gets the response to its credentials, and is in no journal", async () => {
    const { server } = await startStubWithClient();
    expect((await call(server, { credentials: {}, ...inSession("a/b") })).status).toBe(401);
    expect((await call(server, inSession("a/b"))).status).toBe(400);
    expect(await requestsIn(server, "")).toEqual([]);
  });
});

describe("named sessions", () => {
  test("share the start directory until they change it", async () => {
    const { server } = await startLarge();
    const names = Array.from({ length: 200 }, (_, nth) => `s-${nth}`);
    const before = process.memoryUsage.rss();
    for (const name of names) {
      const body = signIn({ attributes: { department: name } });
      expect(
        (await call(server, { body, headers: { "Content-Type": "application/json", [HEADER]: name } })).status,
      ).toBe(200);
    }
    expect((process.memoryUsage.rss() - before) / 1_048_576).toBeLessThan(250);
    for (const name of ["s-0", "s-199"]) {
      const { directory, reset } = await server.session(name);
      const ada = expect.objectContaining({ id: "u-ada", attributes: [expect.objectContaining({ value: name })] });
      expect(await directory.user("u-ada")).toEqual(ada);
      expect(await directory.users(2)).toEqual({
        users: [{ id: "u-0", note: expect.any(String) }, expect.anything()],
        total: 9_901,
      });
      await reset();
      expect(await directory.user("u-ada")).toEqual(acme().users[0]);
    }
    expect((await (await server.session("s-1")).directory.user("u-ada"))?.attributes).toHaveLength(1);
    expect(await server.user("u-ada")).toEqual(acme().users[0]);
  });

  test("list a changed user among the others", async () => {
    const { server } = await startStubWithClient();
    await call(server, inSession("s"));
    const { users } = await (await server.session("s")).directory.users(10);
    expect(users).toEqual([expect.objectContaining({ id: "u-ada", modifiedBy: "demo-key" })]);
  });

  test("have the start file as it was when they opened, and are reset to the one of the reset", async () => {
    const { file, server } = await startLarge();
    const first = await server.session("first");
    writeFileSync(file, JSON.stringify(acme({ user: { nickname: "second" } })));
    const second = await server.session("second");
    writeFileSync(file, JSON.stringify(acme({ user: { nickname: "third" } })));
    const nicknames = () =>
      Promise.all([first, second].map(async ({ directory }) => (await directory.user("u-ada"))?.nickname));

    expect(await nicknames()).toEqual([undefined, "second"]);
    await first.reset();
    expect(await nicknames()).toEqual(["third", "second"]);
  });

  test("close if they hold more bytes than the limit, the least recently used one first", async () => {
    const { server } = await startStubWithClient({ sessionBytes: 300_000 });
    const rules = [{ match: { userId: "x".repeat(90_000) }, fault: { kind: "reset" } as const }];
    const used = {
      "a changed user": () =>
        call(server, {
          body: signIn({ attributes: { note: "x".repeat(100_000) } }),
          headers: { "Content-Type": "application/json", [HEADER]: "user" },
        }),
      "a directory": async () =>
        (await server.session("directory")).directory.replace(acme({ users: [{ id: "u", nickname: "x" }] })),
      faults: async () => (await server.session("faults")).faults.replace(rules),
      "a journal": async () => {
        await server.session("journal");
        for (let nth = 0; nth < 5; nth += 1) await call(server, { body: "x".repeat(100_000), ...inSession("journal") });
      },
    };
    const start = await server.session("start");
    for (const use of Object.values(used)) await use();
    expect((await server.session("start")).faults).not.toBe(start.faults);

    const small = await server.session("small");
    const { faults } = await server.session("large");
    faults.replace([...rules, ...rules, ...rules, ...rules]);
    // The most recently used session stays, even if it is larger than the limit.
    expect((await server.session("large")).faults).toBe(faults);
    expect((await server.session("small")).faults).not.toBe(small.faults);
  });
});

test("a journal has at most 8 MiB of entries, and counts the evicted ones", () => {
  const journal = createJournal(1_000);
  const entry = (nth: number, session?: string): JournalEntry => ({
    ...{ id: String(nth), at: "", method: "PUT", path: "x".repeat(99_900), durationMs: 1 },
    ...{ request: { headers: {} }, answer: { headers: {} }, ...(session !== undefined && { session }) },
  });
  for (let nth = 0; nth < 200; nth += 1) journal.add(entry(nth, nth % 2 === 0 ? "even" : "odd"));
  const { requests, evicted } = journal.list();
  expect(requests.length + evicted).toBe(200);
  expect(JSON.stringify(requests).length).toBeLessThanOrEqual(8_388_608);
  expect(JSON.stringify(requests).length).toBeGreaterThan(8_200_000);
  expect(requests[0]?.id).toBe("199");

  const taken = journal.take("even");
  expect(taken.at(-1)?.id).toBe("198");
  expect(journal.list().requests).toEqual(requests.filter(({ session }) => session === "odd"));
  expect(journal.bytes()).toBe(journal.list().requests.reduce((sum, one) => sum + JSON.stringify(one).length, 0));
});
