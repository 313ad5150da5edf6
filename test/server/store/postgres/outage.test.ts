import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Store, StoreUnavailable } from "../../../../server/store/store.ts";
import { holdUser, query } from "../../../helpers/postgres.ts";
import { countOf, countUp, look } from "../store-under-test.ts";
import { OTHERS, slowSaves, storeAt, storeWithUsers, terminate, untilWaiting } from "./under-test.ts";

/** A proxy that closes the connection after it has forwarded a COMMIT, or instead of forwarding it. */
async function cuttingProxy(url: string, cut: "before the commit" | "after the commit") {
  const { port, hostname } = new URL(url);
  const proxy = createServer((client) => {
    const database = connect(Number(port), hostname);
    let isCommitting = false;
    const end = () => [client, database].map((socket: Socket) => socket.destroy());
    client.on("data", (bytes) => {
      isCommitting = bytes.includes("COMMIT\0");
      if (isCommitting && cut === "before the commit") end();
      else database.write(bytes);
    });
    // The response to the COMMIT is not forwarded.
    database.on("data", (bytes) => (isCommitting ? end() : client.write(bytes)));
    for (const socket of [client, database]) socket.on("error", end).on("close", end);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await vi.waitFor(() => expect(proxy.listening).toBe(true));
  const { port: proxyPort } = proxy.address() as { port: number };
  return Object.assign(new URL(url), { port: String(proxyPort) }).href;
}

/** Fails the test if an uncaught exception occurs, which would end a server. */
function expectNoUncaught(): void {
  const caught = vi.fn();
  process.on("uncaughtException", caught);
  onTestFinished(() => {
    process.off("uncaughtException", caught);
    expect(caught).not.toHaveBeenCalled();
  });
}

const outcome = (store: Store, userId: string) => countUp(store, userId).catch((error: unknown) => error);

test("a database that allows no connections makes syncs unavailable until it allows them again", async () => {
  const { url, store } = await storeWithUsers();
  const name = new URL(url).pathname.slice(1);
  const administration = Object.assign(new URL(url), { pathname: "postgres" }).href;
  const allow = (isAllowed: boolean) => query(administration, `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isAllowed}`);
  await terminate(url);
  await allow(false);
  await expect(countUp(store, "u-ada")).rejects.toThrow(StoreUnavailable);
  await allow(true);
  await vi.waitFor(async () => expect(await countUp(store, "u-ada")).toBe(1), 10_000);
});

test.each([
  ["after the commit", 1],
  ["before the commit", 0],
] as const)("a connection lost %s makes the sync unavailable, without a retry", async (cut, stored) => {
  const { url, store: other } = await storeWithUsers();
  const { store } = await storeAt(await cuttingProxy(url, cut));
  const decided = vi.fn();

  await expect(countUp(store, "u-ada", decided)).rejects.toThrow(StoreUnavailable);

  expect(decided).toHaveBeenCalledTimes(1);
  await vi.waitFor(async () => expect(await countOf(other, "u-ada")).toBe(stored), 10_000);
  expect(await countUp(other, "u-ada")).toBe(stored + 1);
});

test.each([
  ["after the commit", 1],
  ["before the commit", 0],
] as const)(
  "a connection lost %s makes all syncs of the transaction unavailable, without a retry",
  async (cut, stored) => {
    const { url, store: other } = await storeWithUsers();
    const { store } = await storeAt(await cuttingProxy(url, cut), { poolSize: 1 });
    const decided = vi.fn();

    // The first sync changes nothing, and the others share the next transaction.
    const first = look(store, "u-ada");
    const outcomes = await Promise.allSettled(OTHERS.map((userId) => countUp(store, userId, decided)));
    await first;

    const unavailable = { status: "rejected", reason: expect.any(StoreUnavailable) };
    expect(outcomes).toEqual(OTHERS.map(() => unavailable));
    expect(decided).toHaveBeenCalledTimes(OTHERS.length);
    for (const userId of OTHERS)
      await vi.waitFor(async () => expect(await countOf(other, userId)).toBe(stored), 10_000);
  },
);

test("a full disk makes the sync unavailable, although the COMMIT after the failed UPDATE succeeds", async () => {
  const { url, store, lines } = await storeWithUsers();
  await query(
    url,
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full' USING ERRCODE = '53100'; END $$;
     CREATE TRIGGER refusing BEFORE UPDATE ON nexus_sync_users FOR EACH ROW EXECUTE FUNCTION refuse()`,
  );

  await expect(countUp(store, "u-ada")).rejects.toThrow("The database is unavailable: disk full (53100).");
  expect(lines).toEqual(["Database error: disk full (53100)."]);

  expect(await countOf(store, "u-ada")).toBe(0);
});

test("syncs whose connections the database closes are unavailable; later syncs succeed", async () => {
  expectNoUncaught();
  const { url, store, lines } = await storeWithUsers();
  const release = await holdUser(url, "u-ada", "u-bob");
  const counted = ["u-ada", "u-bob", "u-bob"].map((userId) => outcome(store, userId));
  await untilWaiting(url, 2);

  await terminate(url);

  for (const sync of counted.slice(0, 2)) expect(await sync).toBeInstanceOf(StoreUnavailable);
  await release();
  expect(await countUp(store, "u-ada")).toBe(1);
  // The second sync of u-bob had not started.
  expect(await counted[2]).toBe(1);
  expect(lines.join("\n")).not.toMatch(/planted|u-ada/);
});

test("ready() resolves or rejects within about a second", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 1 });
  await store.ready();
  await slowSaves(url, 3);
  const slow = countUp(store, "u-ada");
  const start = performance.now();

  await expect(store.ready()).rejects.toThrow(StoreUnavailable);

  expect(performance.now() - start).toBeLessThan(1_500);
  await slow;
  await store.ready();
});
