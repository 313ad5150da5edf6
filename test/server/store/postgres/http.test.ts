import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../../../scripts/shared/postgres-server.ts";
import { StoreUnavailable } from "../../../../server/store/store.ts";
import { query } from "../../../helpers/postgres.ts";
import { acme, clientOf, put, signIn, startStubWithClient } from "../../../helpers/stub.ts";
import { countOf, countUp, directoryOf } from "../store-under-test.ts";
import { storeAt } from "./under-test.ts";

async function ownPostgres(): Promise<PostgresServer> {
  const postgres = await startPostgres({ fsync: false });
  onTestFinished(() => postgres.remove());
  return postgres;
}

const readiness = async (server: { url: string }) => (await fetch(`${server.url}/readyz`)).status;

test("without its database a server is not ready and a sync is 503 with Retry-After; both recover", async () => {
  const postgres = await ownPostgres();
  const { server } = await startStubWithClient({ database: postgres.url });
  const { server: second } = await startStubWithClient({ database: postgres.url, directory: acme() });
  const body = signIn({ attributes: { department: "Engines" } });
  expect((await put(server, { body })).status).toBe(200);
  expect(await readiness(server)).toBe(200);

  await postgres.kill();

  const refused = await put(server, { body });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(refused.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(await refused.json()).toMatchObject({ status: 503 });
  expect(await readiness(server)).toBe(503);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);

  await postgres.start();

  await vi.waitFor(async () => expect(await readiness(server)).toBe(200), { timeout: 5_000 });
  const changed = signIn({ attributes: { department: "Looms" } });
  await clientOf(server).syncUserIdentity("u-ada", changed);
  const { attributes } = (await second.user("u-ada")) ?? {};
  expect(attributes).toEqual([expect.objectContaining({ name: "department", value: "Looms" })]);
});

test.each(["fast", "immediate"] as const)("a store survives a restart of the database (%s)", async (mode) => {
  const postgres = await ownPostgres();
  const { store, lines } = await storeAt(postgres.url);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  let counted = 0;
  let unknown = 0;
  let isOver = false;
  const callers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const outcome = await countUp(store, "u-ada").catch((error: unknown) => error);
      if (typeof outcome === "number") counted += 1;
      else {
        expect(outcome).toBeInstanceOf(StoreUnavailable);
        unknown += 1;
        await sleep(5);
      }
    }
  });

  const start = performance.now();
  await vi.waitFor(() => expect(counted).toBeGreaterThan(20), 10_000);
  await postgres.stop(mode);
  await postgres.start();
  const before = counted;
  await vi.waitFor(() => expect(counted).toBeGreaterThan(before + 20), { timeout: 5_000 });
  isOver = true;
  await Promise.all(callers);

  const stored = await countOf(store, "u-ada");
  expect(stored).toBeGreaterThanOrEqual(counted);
  expect(stored).toBeLessThanOrEqual(counted + unknown);
  expect(unknown).toBeGreaterThan(0);
  expect(lines.length).toBeGreaterThan(0);
  // At most one line per second is logged, although many connections are closed.
  expect(lines.length).toBeLessThanOrEqual(1 + (performance.now() - start) / 1_000);
  expect(lines.join("\n")).not.toMatch(/planted|u-ada/);
});

test("no sync decides on data of a replica; after its promotion the same store works", async () => {
  const postgres = await ownPostgres();
  const { store } = await storeAt(postgres.url);
  await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
  await postgres.stop();
  const signal = join(postgres.folder, "standby.signal");
  writeFileSync(signal, "");
  onTestFinished(() => rmSync(signal, { force: true }));
  await postgres.start();
  expect(await query(postgres.url, "SELECT pg_is_in_recovery() AS replica")).toEqual([{ replica: true }]);
  const decided = vi.fn();

  await vi.waitFor(() => expect(store.user("u-ada")).resolves.toBeDefined(), 10_000);
  await expect(countUp(store, "u-ada", decided)).rejects.toThrow(/read-only transaction \(25006\)/);
  await expect(store.ready()).rejects.toThrow("The database is read-only.");

  expect(decided).not.toHaveBeenCalled();
  await query(postgres.url, "SELECT pg_promote()");
  await vi.waitFor(() => store.ready(), { timeout: 5_000 });
  expect(await countUp(store, "u-ada")).toBe(1);
});
