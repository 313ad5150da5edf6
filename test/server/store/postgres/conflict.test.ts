import { expect, onTestFinished, test, vi } from "vitest";
import { type Store, StoreUnavailable } from "../../../../server/store/store.ts";
import { connected, holdUser, query } from "../../../helpers/postgres.ts";
import { change, countOf, countUp } from "../store-under-test.ts";
import { failSaves, slowSaves, storeAt, storeWithUsers } from "./under-test.ts";

/** The process id of the only connection of stores to this database. */
async function onlyConnection(url: string): Promise<unknown> {
  const text =
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'nexus-sync' AND datname = current_database()";
  return vi.waitFor(async () => {
    const pids = await query(url, text);
    expect(pids).toHaveLength(1);
    return pids;
  }, 5_000);
}

test("concurrent syncs of one user on two servers lose no update", async () => {
  const { url, store } = await storeWithUsers();
  const { store: other } = await storeAt(url);

  const twenty = async (at: Store) => {
    const counts: number[] = [];
    while (counts.length < 20) counts.push(await countUp(at, "u-ada"));
    return counts;
  };

  const callers = Array.from({ length: 20 }, (_, caller) => twenty(caller % 2 === 0 ? store : other));
  const counts = (await Promise.all(callers)).flat();

  expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  expect(await countOf(store, "u-ada")).toBe(400);
});

test.each([
  ["40001", "SAVE"],
  ["40001", "COMMIT"],
  ["40P01", "SAVE"],
  ["55P03", "SAVE"],
] as const)("a sync that fails with %s at its %s is retried five times, then it is unavailable", async (code, when) => {
  const { url, store } = await storeWithUsers();
  const decided = vi.fn();

  await failSaves(url, { code, times: 11, when });
  await expect(countUp(store, "u-ada", decided)).rejects.toThrow(StoreUnavailable);
  expect(decided).toHaveBeenCalledTimes(6);
  expect(await countOf(store, "u-ada")).toBe(0);

  expect(await countUp(store, "u-ada", decided)).toBe(1);
  expect(decided).toHaveBeenCalledTimes(12);
  expect(await countOf(store, "u-ada")).toBe(1);
});

test("a retried sync decides on the user that another server has changed", async () => {
  const { url, store } = await storeWithUsers();
  await failSaves(url, { code: "40001", times: 1, when: "COMMIT" });
  const found: unknown[] = [];
  const other = await connected(url);
  onTestFinished(() => other.end());
  const document = JSON.stringify({ id: "u-ada", nickname: "other" });

  await store.sync({ userId: "u-ada", connectionId: "con_a", groups: [] }, (now) => {
    // Waits for the row lock of this attempt and commits before the next one.
    if (found.push(now?.user.nickname) === 1)
      other.query("UPDATE nexus_sync_users SET document = $1 WHERE id = 'u-ada'", [document]);
    return { user: { id: "u-ada", nickname: "mine" }, result: null };
  });

  expect(found).toEqual([undefined, "other"]);
  expect((await store.user("u-ada"))?.nickname).toBe("mine");
});

test("a permanent error of the database is not StoreUnavailable, is not retried, and contains no data", async () => {
  const { url, store, lines } = await storeWithUsers();
  await query(url, "ALTER TABLE nexus_sync_users ADD CONSTRAINT short CHECK (length(document) < 40)");
  const decided = vi.fn();
  const name = "planted".repeat(10);

  const error = await store
    .sync({ userId: "u-ada", connectionId: "con_a", groups: [] }, (found) => {
      decided();
      return { user: { id: "u-ada", ...found?.user, nickname: name }, result: null };
    })
    .catch((refused: Error) => refused);

  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(StoreUnavailable);
  expect(JSON.stringify([error, Object.getOwnPropertyNames(error), String(error), error?.cause])).not.toContain(name);
  expect(String(error)).toMatch(/rejected a statement: .*short.*\(23514\)\.$/);
  expect(decided).toHaveBeenCalledTimes(1);
  expect(lines).toEqual([]);
  expect(await countUp(store, "u-bob")).toBe(1);
});

test("a sync that waits longer than the lock timeout retries on a new connection", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 1 });
  const before = await onlyConnection(url);
  const release = await holdUser(url, "u-ada");
  const decided = vi.fn();
  const counted = countUp(store, "u-ada", decided);

  // The connection of the first attempt is closed.
  await vi.waitFor(async () => expect(await onlyConnection(url)).not.toEqual(before), 10_000);
  await release();

  expect(await counted).toBe(1);
  expect(decided).toHaveBeenCalledTimes(1);
});

test("a read that gets no connection in time is unavailable; a sync waits for the one before it", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 1 });
  await slowSaves(url, 3, "u-ada");
  const counts = [countUp(store, "u-ada"), countUp(store, "u-bob")];
  const start = performance.now();

  await expect(store.user("u-bob")).rejects.toThrow(StoreUnavailable);

  expect(performance.now() - start).toBeLessThan(3_000);
  expect(await Promise.all(counts)).toEqual([1, 1]);
});

test("a decision that throws or changes nothing releases its connection and its row lock", async () => {
  const { url, store } = await storeWithUsers({ poolSize: 1 });
  const pids = await onlyConnection(url);

  for (const fails of [true, false, true]) {
    const decided = store.sync({ userId: "u-ada", connectionId: "con_a", groups: [] }, () => {
      if (fails) throw new RangeError("no");
      return { result: "fine" };
    });
    if (fails) await expect(decided).rejects.toThrow(RangeError);
    else expect(await decided).toBe("fine");
  }

  const others = () => query(url, "SELECT 1 FROM nexus_sync_users WHERE id = 'u-ada' FOR UPDATE NOWAIT");
  await vi.waitFor(others, { timeout: 2_000 });
  await change(store, "u-ada", { nickname: "now" });
  expect((await store.user("u-ada"))?.nickname).toBe("now");
  expect(await onlyConnection(url)).toEqual(pids);
});
