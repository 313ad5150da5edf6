import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { startServer } from "../../../server/start.ts";
import { type RunningStub, startStub } from "../../../server/stub/start-stub.ts";
import { ACCESS, basic, NOW } from "../../helpers/access.ts";
import { temporaryPostgres } from "../../helpers/postgres.ts";
import { acme, clientOf, JSON_TYPE, names, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { temporaryDatabase, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { call, pathOf } from "./call.ts";

const START = new URL("../../../server/stub/start-stub.ts", import.meta.url).href;
const eve: Directory = { users: [{ id: "u-eve" }], roles: [], roleConnectionMaps: [] };

/** Something in everything that a reset takes back. */
async function use(server: RunningStub) {
  server.faults.replace([
    { times: 1, fault: { kind: "status", status: 503 } },
    { fault: { kind: "reset" }, times: 1 },
  ]);
  expect((await call(server)).status).toBe(503);
  server.faults.replace([{ match: { userId: "u-eve" }, fault: { kind: "reset" } }]);
  expect((await call(server)).status).toBe(200);
  await expect.poll(() => server.journal.list().requests).toHaveLength(2);
  expect(await server.user("u-ada")).not.toEqual(acme().users[0]);
}

async function expectNew(server: RunningStub) {
  expect(await server.directory.users(10)).toEqual({ users: acme().users, total: 1 });
  expect(server.faults.list()).toEqual([]);
  expect(server.journal.list()).toEqual({ requests: [], evicted: 0 });
}

describe("reset", () => {
  test("brings back the directory of the start, without faults and requests", async () => {
    const { server } = await startStubWithClient();
    await use(server);
    await server.reset();
    await expectNew(server);
    expect((await call(server)).status).toBe(200);
  });

  test("brings back what the object was at the start, whoever changed it since", async () => {
    const directory = acme();
    const { server } = await startStubWithClient({ directory });
    directory.users.push({ id: "u-eve" });
    await server.reset();
    await expectNew(server);
  });

  test("brings back what a replaced directory and a load took the place of", async () => {
    const { server } = await startStubWithClient();
    await server.directory.replace(eve);
    await server.load(acme({ user: { displayName: "Another" } }));
    await server.reset();
    await expectNew(server);
  });

  test("of a stub without a directory empties it", async () => {
    const server = await startStub();
    onTestFinished(() => server.close());
    await server.directory.replace(eve);
    await server.reset();
    expect(await server.directory.users(10)).toEqual({ users: [], total: 0 });
  });

  test("leaves everything as it is where the start's file has become a bad one", async () => {
    const file = join(temporaryFolder(), "directory.json");
    writeFileSync(file, JSON.stringify(acme()));
    const { server } = await startStubWithClient({ directory: file });
    await use(server);
    writeFileSync(file, "{");
    await expect(server.reset()).rejects.toMatchObject({ name: "DirectoryRefused" });
    expect(server.journal.list().requests).toHaveLength(2);
    expect(server.faults.list()).toHaveLength(1);
    expect((await call(server)).status).toBe(200);
  });

  test("of one session leaves the others alone", async () => {
    const { server } = await startStubWithClient();
    await use(server);
    const other = await server.session("other");
    await other.directory.replace(eve);
    await other.reset();
    expect(await other.directory.users(10)).toEqual({ users: acme().users, total: 1 });
    expect(server.journal.list().requests).toHaveLength(2);
    expect((await server.user("u-ada"))?.attributes).toHaveLength(1);
  });

  test("under load loses no answer", async () => {
    const { server, client } = await startStubWithClient();
    const sync = () => client.syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));
    const answers = Promise.all(Array.from({ length: 200 }, sync));
    for (let nth = 0; nth < 10; nth += 1) await server.reset();
    for (const { roles } of await answers) expect(names(roles)).toEqual(["Engineer"]);
    expect((await call(server)).status).toBe(200);
  });
});

describe("directory.replace", () => {
  test("replaces all users, roles and maps, and keeps faults and requests", async () => {
    const { server } = await startStubWithClient();
    server.faults.replace([{ match: { userId: "u-eve" }, fault: { kind: "status", status: 503 } }]);
    expect(await server.directory.replace(eve)).toEqual({ changed: 1, total: 1 });
    expect((await call(server)).status).toBe(404);
    expect((await call(server, { path: pathOf("u-eve") })).status).toBe(503);
    expect(await server.directory.user("u-ada")).toBeUndefined();
    expect(await server.directory.user("u-eve")).toEqual({ id: "u-eve" });
    expect(server.faults.list()).toHaveLength(1);
  });

  test("refuses a directory with every problem, and then nothing is replaced", async () => {
    const { server } = await startStubWithClient();
    const bad = { ...eve, users: [{ id: "" }, { id: "u-eve", roles: [{ id: "r-none", name: "x", audience: "x" }] }] };
    await expect(server.directory.replace(bad)).rejects.toMatchObject({
      name: "DirectoryRefused",
      problems: [expect.stringContaining("/users/0/id"), expect.stringContaining("no role 'r-none'")],
    });
    await expectNew(server);
  });

  test("called twice at once leaves what the last call brought", async () => {
    const { server } = await startStubWithClient();
    const many = { ...eve, users: Array.from({ length: 1_500 }, (_, nth) => ({ id: `u-${nth}` })) };
    await Promise.all([server.directory.replace(many), server.directory.replace(eve)]);
    expect(await server.directory.users(1)).toEqual({ users: eve.users, total: 1 });
  });
});

describe("a stub on a database", () => {
  test.each<[string, () => Promise<string>]>([
    ["a SQLite file", async () => temporaryDatabase()],
    ["PostgreSQL", temporaryPostgres],
  ])("%s: replaces and resets nothing there, and says why; all else works", async (_, database) => {
    const { server } = await startStubWithClient({ database: await database() });
    await use(server);
    const fixed = { message: expect.stringContaining("without --database") };
    await expect(server.reset()).rejects.toMatchObject(fixed);
    await expect(server.directory.replace(eve)).rejects.toMatchObject(fixed);
    expect((await server.user("u-ada"))?.attributes).toHaveLength(1);
    expect(server.journal.list().requests).toHaveLength(2);

    const named = await server.session("named");
    await named.directory.replace(eve);
    expect(await named.directory.users(10)).toEqual({ users: eve.users, total: 1 });
    await named.reset();
    expect(await named.directory.users(10)).toEqual({ users: acme().users, total: 1 });
    expect((await server.directory.users(10)).total).toBe(1);
  });
});

describe("a service", () => {
  test("has no stub features and ignores their headers", async () => {
    const server = await startServer({ directory: acme(), access: ACCESS, clock: () => NOW });
    onTestFinished(() => server.close());
    for (const name of ["faults", "journal", "directory", "reset", "session"]) expect(server).not.toHaveProperty(name);
    const response = await fetch(server.url + pathOf("u-ada"), {
      method: "PUT",
      headers: { ...JSON_TYPE, Authorization: basic(), Prefer: "code=404, wait=30", "X-Contract-Session": "one two" },
      body: JSON.stringify(signIn({ attributes: { department: "Engines" } })),
    });
    expect([response.status, response.headers.get("preference-applied")]).toEqual([200, null]);
    expect((await server.user("u-ada"))?.attributes).toHaveLength(1);
  });
});

describe("twenty servers in one file", () => {
  test("each is up in under 100 ms after the first, on a port of its own", { retry: 2 }, async () => {
    await startStubWithClient();
    const took: number[] = [];
    const urls = new Set<string>();
    for (let nth = 0; nth < 20; nth += 1) {
      const start = performance.now();
      const { server } = await startStubWithClient();
      took.push(performance.now() - start);
      urls.add(server.url);
      server.faults.replace([{ fault: { kind: "status", status: 500 + nth } }]);
      expect(await clientOf(server).safeSyncUserIdentity("u-ada", signIn())).toMatchObject({ error: { kind: "http" } });
    }
    expect(urls.size).toBe(20);
    expect(Math.max(...took)).toBeLessThan(100);
  });

  test("leave no open handle: a process with them ends by itself", async () => {
    const script = `
      const { startStub } = await import(${JSON.stringify(START)});
      const servers = await Promise.all(Array.from({ length: 20 }, () => startStub({ directory: ${JSON.stringify(acme())} })));
      for (const server of servers) {
        await (await server.session("named")).directory.users(1);
        await fetch(server.url + "/", { headers: { "X-Contract-Session": "other" } });
        await server.reset();
        // A caller who leaves a wait of thirty seconds takes its timer along.
        server.faults.replace([{ fault: { kind: "latency", ms: 30_000 } }]);
        const { id, secret } = server.demo.apiKey;
        const headers = { "Content-Type": "application/json", Authorization: "Basic " + btoa(id + ":" + secret) };
        const sent = { method: "PUT", headers, body: ${JSON.stringify(JSON.stringify(signIn()))} };
        await fetch(server.url + "${pathOf("u-ada")}", { ...sent, signal: AbortSignal.timeout(50) }).catch(() => {});
        if (server.faults.list()[0].fired !== 1) throw new Error("Nobody has waited.");
        await server.close();
      }
      console.log("closed", performance.now());
      process.once("exit", () => console.log("ended", performance.now()));`;
    const args = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    const [, closed, , ended] = stdout.split(/\s/).map(Number);
    expect(Number(ended) - Number(closed)).toBeLessThan(1_000);
  });
});
