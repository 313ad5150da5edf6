import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Store, StoreUnavailable } from "../../../../server/store/store.ts";
import { connected, query } from "../../../helpers/postgres.ts";
import { countOf, countUp, holdRows, OTHERS, storeAt, storeWithUsers, waiting } from "./under-test.ts";

/** A way to the database that cuts the connection when a COMMIT has passed, or instead of it. */
async function cuttingProxy(url: string, cut: "before the commit" | "after the commit") {
  const { port, hostname } = new URL(url);
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    let isCommitting = false;
    const end = () => [near, far].map((socket: Socket) => socket.destroy());
    near.on("data", (bytes) => {
      isCommitting = bytes.includes("COMMIT\0");
      if (isCommitting && cut === "before the commit") end();
      else far.write(bytes);
    });
    // What the database says to the COMMIT never arrives.
    far.on("data", (bytes) => (isCommitting ? end() : near.write(bytes)));
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await vi.waitFor(() => expect(proxy.listening).toBe(true));
  const { port: nearPort } = proxy.address() as { port: number };
  return Object.assign(new URL(url), { port: String(nearPort) }).href;
}

/** Ends all connections of stores, as a restart of the database does. */
async function terminate(url: string): Promise<number> {
  const text = `SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'nexus-sync'`;
  return (await query(url, text)).length;
}

/** Fails the test if anything ends the process that would end a server. */
function noUncaught(): void {
  const caught = vi.fn();
  process.on("uncaughtException", caught);
  onTestFinished(() => {
    process.off("uncaughtException", caught);
    expect(caught).not.toHaveBeenCalled();
  });
}

const outcome = (store: Store, userId: string) => countUp(store, userId).catch((error: unknown) => error);

test.each([
  ["after the commit", 1],
  ["before the commit", 0],
] as const)("a connection that is lost %s is no success, and not repeated", async (cut, stored) => {
  const { url, store: other } = await storeWithUsers();
  const { store } = await storeAt(await cuttingProxy(url, cut));
  const asked = vi.fn();

  await expect(countUp(store, "u-ada", asked)).rejects.toThrow(StoreUnavailable);

  expect(asked).toHaveBeenCalledTimes(1);
  await vi.waitFor(async () => expect(await countOf(other, "u-ada")).toBe(stored));
  expect(await countUp(other, "u-ada")).toBe(stored + 1);
});

test("a save that fails for want of disk is unavailable, though the commit after it does not fail", async () => {
  const { url, store, lines } = await storeWithUsers();
  await query(
    url,
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'told to' USING ERRCODE = '53100'; END $$;
     CREATE TRIGGER refusing BEFORE UPDATE ON nexus_sync_users FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );

  await expect(countUp(store, "u-ada")).rejects.toThrow("The database is unavailable: told to (53100).");
  expect(lines).toEqual(["Database error: told to (53100)."]);

  expect(await countOf(store, "u-ada")).toBe(0);
});

test("connections that the database ends are a warning, and the next sync has new ones", async () => {
  noUncaught();
  const { url, store, lines } = await storeWithUsers();
  await Promise.all(OTHERS.map((userId) => countUp(store, userId)));

  expect(await terminate(url)).toBeGreaterThan(1);

  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(lines[0]).toMatch(/^Database error: .*(57P01|terminat)/);
  expect(await countUp(store, "u-1")).toBe(2);
});

test("syncs under way when the database ends their connections are unavailable, and the store works again", async () => {
  noUncaught();
  const { url, store, lines } = await storeWithUsers();
  const { letGo } = await holdRows(url, "u-ada", "u-bob");
  const counted = ["u-ada", "u-bob", "u-bob"].map((userId) => outcome(store, userId));
  await waiting(url, 2);

  await terminate(url);

  for (const sync of counted.slice(0, 2)) expect(await sync).toBeInstanceOf(StoreUnavailable);
  await letGo();
  expect(await countUp(store, "u-ada")).toBe(1);
  // The second sync of one user had not begun.
  expect(await counted[2]).toBe(1);
  expect(lines.join("\n")).not.toMatch(/planted|u-ada/);
});

test("a database that can only be read is unavailable, its connections are dropped, and then it works", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 2 });
  const database = new URL(url).pathname.slice(1);
  await query(url, `ALTER DATABASE ${database} SET default_transaction_read_only = on`);
  // What is connected stays as it was: only new connections are read-only.
  await terminate(url);
  await vi.waitFor(() => expect(store.ready()).rejects.toThrow("The database is read-only."));
  const asked = vi.fn();

  await expect(countUp(store, "u-ada", asked)).rejects.toThrow(/is unavailable: .*read-only transaction \(25006\)/);
  await expect(countUp(store, "u-ada", asked)).rejects.toThrow(StoreUnavailable);

  expect(asked).not.toHaveBeenCalled();
  const admin = await connected(url);
  onTestFinished(() => admin.end());
  await admin.query("SET default_transaction_read_only = off");
  await admin.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
  await store.ready();
  expect(await countUp(store, "u-ada")).toBe(1);
});

test("whoever asks whether the store is ready gets an answer within about a second", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 1 });
  await store.ready();
  const { letGo } = await holdRows(url, ...OTHERS);
  const held = OTHERS.map((userId) => outcome(store, userId));
  await waiting(url, 1);
  const start = performance.now();

  await expect(store.ready()).rejects.toThrow(StoreUnavailable);

  expect(performance.now() - start).toBeLessThan(1_500);
  await letGo();
  await Promise.all(held);
  await store.ready();
});

test("a store that has been closed refuses whatever comes, and may be closed twice", async () => {
  const { store } = await storeWithUsers();

  await Promise.all([store.close(), store.close()]);

  await expect(countUp(store, "u-ada")).rejects.toThrow();
  await expect(store.user("u-ada")).rejects.toThrow();
  await expect(store.ready()).rejects.toThrow();
});
