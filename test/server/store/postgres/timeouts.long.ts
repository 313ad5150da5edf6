import { expect, onTestFinished, test, vi } from "vitest";
import { openStore } from "../../../../server/store/open-store.ts";
import { StoreUnavailable } from "../../../../server/store/store.ts";
import { connected, holdUser, query } from "../../../helpers/postgres.ts";
import { countOf, countUp } from "../store-under-test.ts";
import { OTHERS, slowSaves, storeAt, storeWithUsers } from "./under-test.ts";

test("a sync that waits five seconds for its row lock is unavailable", async () => {
  const { url, store } = await storeWithUsers();
  const release = await holdUser(url, "u-ada");
  const start = performance.now();

  await expect(countUp(store, "u-ada")).rejects.toThrow(StoreUnavailable);

  const took = performance.now() - start;
  expect(took).toBeGreaterThan(3_500);
  expect(took).toBeLessThan(5_500);
  await release();
  expect(await countUp(store, "u-ada")).toBe(1);
});

test("a process that freezes within a transaction loses its row lock and saves nothing", async () => {
  const { url, store } = await storeWithUsers();
  const { store: other } = await storeAt(url);

  const frozen = store.sync({ userId: "u-ada", connectionId: "con_a", groups: [] }, (found) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
    return { user: { id: "u-ada", ...found?.user, nickname: "100" }, result: null };
  });

  await expect(frozen).rejects.toThrow(StoreUnavailable);
  expect(await countOf(other, "u-ada")).toBe(0);
  expect(await countUp(other, "u-ada")).toBe(1);
});

test("a database that stops responding during a sync is unavailable within five seconds", async () => {
  const { url, store } = await storeWithUsers();
  await slowSaves(url, 60);
  const start = performance.now();

  await expect(countUp(store, "u-ada")).rejects.toThrow(StoreUnavailable);

  expect(performance.now() - start).toBeLessThan(5_500);
  const still = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
  await expect.poll(() => query(url, still)).toEqual([]);
});

test("syncs that wait behind a database that stops responding are unavailable within five seconds", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 1 });
  await slowSaves(url, 60);
  const start = performance.now();

  const outcomes = await Promise.allSettled(["u-ada", "u-bob", ...OTHERS].map((userId) => countUp(store, userId)));

  expect(performance.now() - start).toBeLessThan(5_500);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailable) });
  // The database ends the last of these transactions later, and saves nothing.
  await query(url, "DROP TRIGGER sleeping ON nexus_sync_users");
  await vi.waitFor(async () => expect(await countUp(store, "u-bob")).toBe(1), { timeout: 10_000 });
});

test("a start on a database whose tables another session has locked is refused with the possible cause", async () => {
  const { url } = await storeWithUsers();
  const restore = await connected(url);
  onTestFinished(() => restore.end());
  await restore.query("BEGIN; LOCK TABLE nexus_sync_state");

  await expect(openStore({ database: url })).rejects.toThrow(
    / \(57014\)\. It does not respond in time, for example because a restore has locked the tables\.$/,
  );
});
