import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Directory } from "../../../generated/types.ts";
import { type RunningStub, startStub } from "../../../server/stub/start-stub.ts";
import { temporaryPostgres } from "../../helpers/postgres.ts";
import { acme, names, signIn, startStubWithClient } from "../../helpers/stub.ts";
import { temporaryDatabase, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { call, pathOf } from "./call.ts";

const START = new URL("../../../server/stub/start-stub.ts", import.meta.url).href;
const eve: Directory = { users: [{ id: "u-eve" }], roles: [], roleConnectionMaps: [] };

/** Changes users, faults and journal. */
async function change(server: RunningStub) {
  server.faults.replace([{ times: 1, fault: { kind: "status", status: 503 } }]);
  expect((await call(server)).status).toBe(503);
  server.faults.replace([{ match: { userId: "u-eve" }, fault: { kind: "reset" } }]);
  expect((await call(server)).status).toBe(200);
  await expect.poll(() => server.journal.list().requests).toHaveLength(2);
  expect(await server.user("u-ada")).not.toEqual(acme().users[0]);
}

async function expectStartState(server: RunningStub) {
  expect(await server.directory.users(10)).toEqual({ users: acme().users, total: 1 });
  expect(server.faults.list()).toEqual([]);
  expect(server.journal.list()).toEqual({ requests: [], evicted: 0 });
}

describe("reset", () => {
  test("restores the start directory, and removes faults and requests", async () => {
    const directory = acme();
    const { server } = await startStubWithClient({ directory });
    // A later change of the object has no effect.
    directory.users.push({ id: "u-eve" });
    await change(server);
    await server.reset();
    await expectStartState(server);
    expect((await call(server)).status).toBe(200);
    await server.directory.replace(eve);
    await server.load(acme({ user: { displayName: "Another" } }));
    await server.reset();
    await expectStartState(server);

    const empty = await startStub();
    onTestFinished(() => empty.close());
    await empty.directory.replace(eve);
    await empty.reset();
    expect(await empty.directory.users(10)).toEqual({ users: [], total: 0 });
  });

  test("rejects like directory.replace if the directory is invalid, and changes nothing", async () => {
    const file = join(temporaryFolder(), "directory.json");
    writeFileSync(file, JSON.stringify(acme()));
    const { server } = await startStubWithClient({ directory: file });
    await change(server);
    writeFileSync(file, "{");
    await expect(server.reset()).rejects.toMatchObject({ name: "DirectoryRefused" });
    const bad = { ...eve, users: [{ id: "" }, { id: "u-eve", roles: [{ id: "r-none", name: "x", audience: "x" }] }] };
    await expect(server.directory.replace(bad)).rejects.toMatchObject({
      problems: [expect.stringContaining("/users/0/id"), expect.stringContaining("no role 'r-none'")],
    });
    expect(server.journal.list().requests).toHaveLength(2);
    expect(server.faults.list()).toHaveLength(1);
    expect((await call(server)).status).toBe(200);
  });

  test("loses no response under load", async () => {
    const { server, client } = await startStubWithClient();
    const sync = () => client.syncUserIdentity("u-ada", signIn({ groups: ["engineers"] }));
    const results = Promise.all(Array.from({ length: 200 }, sync));
    for (let nth = 0; nth < 10; nth += 1) await server.reset();
    for (const { roles } of await results) expect(names(roles)).toEqual(["Engineer"]);
    expect((await call(server)).status).toBe(200);
  });
});

describe("directory.replace", () => {
  test("called twice in parallel keeps the directory of the last call", async () => {
    const { server } = await startStubWithClient();
    const many = { ...eve, users: Array.from({ length: 1_500 }, (_, nth) => ({ id: `u-${nth}` })) };
    await Promise.all([server.directory.replace(many), server.directory.replace(eve)]);
    expect(await server.directory.users(1)).toEqual({ users: eve.users, total: 1 });
  });
});

test.each<[string, () => Promise<string>]>([
  ["a SQLite file", async () => temporaryDatabase()],
  ["PostgreSQL", temporaryPostgres],
])("a stub on %s rejects reset and directory.replace; its named sessions allow both", async (_, database) => {
  const { server } = await startStubWithClient({ database: await database() });
  await change(server);
  const fixed = { message: expect.stringContaining("without --database") };
  await expect(server.reset()).rejects.toMatchObject(fixed);
  await expect(server.directory.replace(eve)).rejects.toMatchObject(fixed);
  const reset = await fetch(`${server.controlUrl}/reset`, { method: "POST" });
  expect([reset.status, await reset.json()]).toMatchObject([409, { type: "urn:nexus-sync:problem:fixed-directory" }]);

  const named = await server.session("named");
  await named.directory.replace(eve);
  expect(await named.directory.users(10)).toEqual({ users: eve.users, total: 1 });
  await named.reset();
  expect(await named.directory.users(10)).toEqual({ users: acme().users, total: 1 });
  expect((await server.user("u-ada"))?.attributes).toHaveLength(1);
  expect(server.journal.list().requests).toHaveLength(2);
});

describe("twenty stubs in one process", () => {
  test("start within 100 ms each after the first, each on its own port", { retry: 2 }, async () => {
    await startStubWithClient();
    const durations: number[] = [];
    const urls = new Set<string>();
    for (let nth = 0; nth < 20; nth += 1) {
      const start = performance.now();
      const { server, client } = await startStubWithClient();
      durations.push(performance.now() - start);
      urls.add(server.url);
      server.faults.replace([{ fault: { kind: "status", status: 410 + nth } }]);
      expect(await client.safeSyncUserIdentity("u-ada", signIn())).toMatchObject({ error: { status: 410 + nth } });
    }
    expect(urls.size).toBe(20);
    expect(Math.max(...durations)).toBeLessThan(100);
  });

  test("leave no open handle, so their process ends", async () => {
    const script = `
      const { startStub } = await import(${JSON.stringify(START)});
      const servers = await Promise.all(Array.from({ length: 20 }, () => startStub({ directory: ${JSON.stringify(acme())} })));
      for (const server of servers) {
        await (await server.session("named")).directory.users(1);
        await fetch(server.url + "/", { headers: { "X-Contract-Session": "other" } });
        await server.reset();
        // The timer of a latency fault ends with its client.
        server.faults.replace([{ fault: { kind: "latency", ms: 30_000 } }]);
        const { id, secret } = server.demo.apiKey;
        const headers = { "Content-Type": "application/json", Authorization: "Basic " + btoa(id + ":" + secret) };
        const sent = { method: "PUT", headers, body: ${JSON.stringify(JSON.stringify(signIn()))} };
        const abort = new AbortController();
        const aborted = fetch(server.url + "${pathOf("u-ada")}", { ...sent, signal: abort.signal }).catch(() => {});
        while (server.faults.list()[0].fired < 1) await new Promise((resolve) => setTimeout(resolve, 5));
        abort.abort();
        await aborted;
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
