import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { ProblemDetails } from "../../../generated/validators.js";
import type { RunningStub } from "../../../server/stub/start-stub.ts";
import { acme, clientOf, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { call, violationIn } from "./call.ts";

const HEADER = "X-Contract-Session";

function clientIn(server: RunningStub, session: string) {
  return clientOf(server, { headers: { [HEADER]: session }, retry: { limit: 0 } });
}

/** The stored department of u-ada in a session. */
async function departmentIn(server: RunningStub, name: string) {
  const { directory } = await server.session(name);
  return (await directory.user("u-ada"))?.attributes?.[0]?.value;
}

/** Starts a stub from a file, which the test can change. */
async function startFromFile(name = "directory.json", text = JSON.stringify(acme())) {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return { file, ...(await startStubWithClient({ directory: file })) };
}

function ndjson(users: number): string {
  const lines = Array.from({ length: users }, (_, nth) => `{"user":{"id":"u-${nth}"}}`);
  return lines.join("\n");
}

describe("the session of X-Contract-Session", () => {
  test("has its own directory, faults and journal: fifty parallel sessions with the same user ids are isolated", async () => {
    const { server } = await startStubWithClient();
    const sessions = Array.from({ length: 50 }, (_, nth) => `s-${nth}`);
    const use = async (name: string): Promise<void> => {
      const { directory, faults } = await server.session(name);
      const role = { id: "r-engineer", name: `Engineer of ${name}`, audience: acme().roles[0]?.audience ?? "" };
      await directory.replace(acme({ roles: [role], user: { displayName: `Ada of ${name}` } }));
      faults.replace([{ match: { userId: "u-ada" }, times: 1, fault: { kind: "status", status: 503 } }]);
      const client = clientIn(server, name);
      expect(await client.safeSyncUserIdentity("u-ada", signIn())).toMatchObject({ error: { status: 503 } });
      for (let round = 0; round < 4; round += 1) {
        const attributes = { department: `${name}/${round}` };
        const result = await client.syncUserIdentity("u-ada", signIn({ groups: ["engineers"], attributes }));
        expect(result).toMatchObject({ displayName: `Ada of ${name}`, roles: [{ name: role.name }] });
        expect(result.user?.attributes).toMatchObject([{ value: `${name}/${round}` }]);
      }
    };
    await Promise.all(sessions.map(use));

    for (const name of sessions) {
      const { journal } = await server.session(name);
      await expect.poll(() => journal.list().requests).toHaveLength(5);
      expect(journal.list().requests.every(({ session }) => session === name)).toBe(true);
      expect(await departmentIn(server, name)).toBe(`${name}/3`);
    }
    expect(server.journal.list().requests).toEqual([]);
    expect(await server.user("u-ada")).toEqual(acme().users[0]);
  });

  test("does not open for an invalid or repeated name, which is rejected with 400", async () => {
    const { server } = await startStubWithClient();
    const detail = "must be one name of 1 to 64 letters, digits, '.', '_' and '-'";
    for (const name of ["my session", "a/b", "x".repeat(65), "s\u00e9ssion", ["one", "two"]]) {
      const response = await call(server, { headers: { [HEADER]: name } });
      expect([response.status, violationIn(response)]).toEqual([400, { in: "header", name: HEADER, detail }]);
    }
    expect(server.journal.list().requests).toEqual([]);
  });

  test.each(["x", "x".repeat(64), "A.b_c-9", "..", "__proto__"])("can be named %s", async (name) => {
    const { server } = await startStubWithClient();
    expect((await call(server, { headers: { [HEADER]: name } })).status).toBe(200);
    expect(await departmentIn(server, name)).toBe("Engines");
    expect(await departmentIn(server, name.replaceAll(/^./g, "y"))).toBeUndefined();
  });

  test("is the unnamed one if the header is empty", async () => {
    const { server } = await startStubWithClient();
    expect((await call(server, { headers: { [HEADER]: "" } })).status).toBe(200);
    expect(await departmentIn(server, "")).toBe("Engines");
  });

  test("records the request of a client that disconnects while the session opens, and does not sync", async () => {
    const { server } = await startFromFile("directory.ndjson", ndjson(10_000));
    const result = await clientIn(server, "slow").safeSyncUserIdentity("u-1", signIn(), { timeoutMs: 50 });
    expect(result).toMatchObject({ error: { kind: "timeout" } });
    const { journal } = await server.session("slow");
    await expect.poll(() => journal.list().requests).toHaveLength(1);
    expect(journal.list().requests[0]).not.toHaveProperty("status");
    const { directory } = await server.session("slow");
    expect(await directory.user("u-1")).toEqual({ id: "u-1" });
  });

  test("opens once for parallel first requests", async () => {
    const { server } = await startStubWithClient();
    const client = clientIn(server, "new");
    const sync = (key: string) => client.syncUserIdentity("u-ada", signIn({ attributes: { [key]: "x" } }));
    await Promise.all(["one", "two", "three"].map(sync));
    const { directory, journal } = await server.session("new");
    expect((await directory.user("u-ada"))?.attributes).toHaveLength(3);
    await expect.poll(() => journal.list().requests).toHaveLength(3);
  });

  test("closes beyond 1,000 sessions if it is the least recently used without a request in progress", async () => {
    const { server } = await startStubWithClient({ directory: acme({ roles: [], roleConnectionMaps: [] }) });
    const busy = await server.session("busy");
    busy.faults.replace([{ times: 1, fault: { kind: "latency", ms: 30_000 } }]);
    const abort = new AbortController();
    const waiting = clientIn(server, "busy").safeSyncUserIdentity("u-ada", signIn(), {
      ...{ signal: abort.signal, timeoutMs: 60_000, deadlineMs: 60_000 },
    });
    await expect.poll(() => busy.faults.list()[0]?.fired).toBe(1);
    const mark = (name: string) =>
      clientIn(server, name).syncUserIdentity("u-ada", signIn({ attributes: { department: name } }));
    for (const name of ["oldest", "second", "third"]) await mark(name);
    for (let nth = 0; nth < 996; nth += 1) await server.session(`s-${nth}`);
    // There are 1,000 now. The oldest is used again before two more open.
    expect(await departmentIn(server, "oldest")).toBe("oldest");
    for (const name of ["more", "most"]) await mark(name);

    expect(await departmentIn(server, "oldest")).toBe("oldest");
    expect((await server.session("busy")).faults).toBe(busy.faults);
    for (const name of ["second", "third"]) expect(await departmentIn(server, name)).toBeUndefined();
    expect(await departmentIn(server, "most")).toBe("most");
    abort.abort();
    expect(await waiting).toMatchObject({ error: { kind: "aborted" } });
  });
});

describe("a session whose directory can't be loaded", () => {
  test("is rejected with up to five errors, without the folder, and opens after they are fixed", async () => {
    const { file, server } = await startFromFile();
    const good = readFileSync(file, "utf8");
    const bad: Directory = acme({ users: [{ id: "" }, ...acme().users, ...acme().users] });
    writeFileSync(file, JSON.stringify(bad));

    const response = await call(server, { headers: { [HEADER]: "late" } });

    expect(response).toMatchObject({ status: 500, headers: { "content-type": ["application/problem+json"] } });
    const problem: unknown = JSON.parse(response.text);
    expect(ProblemDetails(problem)).toBe(true);
    expect(problem).toMatchObject({
      type: "urn:nexus-sync:problem:session-refused",
      detail: expect.stringMatching(/^The directory was not loaded: 2 problems\.\ndirectory\.json \/users\/0\/id: /),
    });
    expect(response.text).toContain("directory.json /users/2: the id 'u-ada' is already taken");
    const control = await fetch(`${server.controlUrl}/requests`, { headers: { [HEADER]: "late" } });
    expect(await control.json()).toMatchObject({ type: "urn:nexus-sync:problem:session-refused", status: 500 });
    await expect(server.session("late")).rejects.toMatchObject({ name: "DirectoryRefused" });
    expect((await call(server)).status).toBe(200);

    writeFileSync(file, JSON.stringify({ ...acme(), users: Array.from({ length: 9 }, () => ({ id: 7 })) }));
    const { text } = await call(server, { headers: { [HEADER]: "late" } });
    expect(JSON.parse(text).detail.split("\n")).toHaveLength(7);
    expect(JSON.parse(text).detail).toMatch(/\nand 4 more$/);

    writeFileSync(file, good);
    expect((await call(server, { headers: { [HEADER]: "late" } })).status).toBe(200);
    expect(await departmentIn(server, "late")).toBe("Engines");
  });

  test("may have more than 10,000 entries, and its file is not read to the end", async () => {
    const { file, server } = await startFromFile("directory.ndjson", ndjson(10_000));
    const { directory } = await server.session("fits");
    expect(await directory.users(1)).toMatchObject({ total: 10_000 });

    writeFileSync(file, ndjson(10_001));
    expect((await call(server, { headers: { [HEADER]: "above" } })).status).toBe(500);
    // The last line is not JSON, and is not reached.
    writeFileSync(file, `${ndjson(60_000)}\nplanted`);
    const response = await call(server, { headers: { [HEADER]: "large" } });
    expect(response.status).toBe(500);
    const rule = "each session has a copy of the directory, which may have 10000 entries at most; this one has more";
    expect(JSON.parse(response.text).detail).toBe(`The directory was not loaded: 1 problem.\n${rule}`);
  });
});
