import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { connected, holdUser, query } from "../../../helpers/postgres.ts";
import { change, directoryOf, heldDirectory } from "../store-under-test.ts";
import { storeAt, storeWithUsers, untilWaiting } from "./under-test.ts";

const users = Array.from({ length: 1_200 }, (_, index) => ({
  id: `u-${index}`,
  identities: [{ id: 1, azoConnectionId: "con_a", azoUserId: `ad|${index}` }],
  roles: [{ id: "r-a", name: "A" }],
}));
const roles = [{ id: "r-a", name: "A", audience: "urn:api", description: null }];

test("of two concurrent loads of one identity for different users, the second is refused", async () => {
  const { url, store } = await storeWithUsers();
  const { store: other, lines } = await storeAt(url);
  const identities = [{ id: 1, azoConnectionId: "con_a", azoUserId: "ad|1" }];
  const held = heldDirectory({ users: [{ id: "u-one", identities }] });
  const first = store.load(held.directory);
  await held.taken;

  const second = other.load(directoryOf({ users: [{ id: "u-two", identities }] })).catch((error: unknown) => error);
  await vi.waitFor(
    () => expect(lines).toEqual(["Another server is loading a directory; waiting for it to finish."]),
    10_000,
  );
  held.release();

  expect(await first).toEqual({ changed: 1, total: 1 });
  expect(await second).toMatchObject({
    problems: [`user 'u-two': the identity ["con_a","ad|1"] belongs to the stored user 'u-one'`],
  });
  expect(await other.user("u-two")).toBeUndefined();
});

test("a load neither locks unchanged users nor writes unchanged rows", async () => {
  const { url, store } = await storeWithUsers();
  await store.load(directoryOf({ users, roles }));
  const versions =
    "SELECT id, xmin::text FROM nexus_sync_users UNION ALL SELECT id, xmin::text FROM nexus_sync_roles ORDER BY id";
  const before = await query(url, versions);
  const other = await connected(url);
  onTestFinished(() => other.end());
  await other.query("BEGIN");
  await other.query("SELECT 1 FROM nexus_sync_users WHERE id = 'u-7' FOR UPDATE");

  expect(await store.load(directoryOf({ users, roles }))).toEqual({ changed: 0, total: 1_201 });

  await other.query("ROLLBACK");
  expect(await query(url, versions)).toEqual(before);
});

test("a load waits for the row lock of a sync", async () => {
  const { url, store } = await storeWithUsers();
  const release = await holdUser(url, "u-ada");
  const loaded = store.load(directoryOf({ users: [{ id: "u-ada", nickname: "loaded" }] }));
  await untilWaiting(url, 1);
  // Longer than the lock timeout of a sync.
  await sleep(1_200);
  await release();

  expect(await loaded).toEqual({ changed: 1, total: 1 });
  await change(store, "u-ada", { username: "synced" });
  expect(await store.user("u-ada")).toEqual({ id: "u-ada", nickname: "loaded", username: "synced" });
});

test("a sync reads only by index", async () => {
  const { url, store } = await storeWithUsers();
  const many = Array.from({ length: 3_000 }, (_, index) => ({
    ...roles[0],
    id: `r-${index}`,
    name: "A",
    audience: "urn:api",
  }));
  const roleConnectionMaps = many.map(({ id }, index) => {
    return { id: `m-${index}`, roleId: id, azoConnectionId: "con_a", groupName: `g-${index}` };
  });
  await store.load(directoryOf({ users, roles: [...roles, ...many], roleConnectionMaps }));
  await store.close();
  // PostgreSQL updates the statistics when a connection ends.
  const connections =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nexus-sync'";
  await vi.waitFor(async () => expect(await query(url, connections)).toEqual([]), { timeout: 5_000 });
  await query(url, "ANALYZE");
  const { store: fresh } = await storeAt(url, { poolSize: 1 });
  const scans = `SELECT relname, seq_scan::int FROM pg_stat_user_tables WHERE relname <> 'nexus_sync_state' ORDER BY relname`;
  const used =
    "SELECT idx_scan::int AS scans FROM pg_stat_user_tables WHERE relname = 'nexus_sync_role_connection_maps'";
  const [before, usedBefore] = [await query(url, scans), await query(url, used)];

  for (let index = 0; index < 12; index += 1) {
    const key = { userId: `u-${index}`, connectionId: "con_a", groups: ["g-1", "g-2", "g-none"] };
    const found = await fresh.sync(key, (now) => ({
      ...(now && { user: { ...now.user, nickname: "synced" } }),
      result: now,
    }));
    expect(found?.roles.map(({ id }) => id).sort()).toEqual(["r-1", "r-2", "r-a"]);
  }

  await fresh.close();
  await vi.waitFor(async () => expect(await query(url, used)).not.toEqual(usedBefore), { timeout: 5_000 });
  expect(await query(url, scans)).toEqual(before);
});
