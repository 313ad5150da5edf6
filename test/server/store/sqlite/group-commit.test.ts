import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { StoreUnavailable } from "../../../../server/store/store.ts";
import { temporaryDatabase } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf, keyOf, look } from "../store-under-test.ts";

const users = Array.from({ length: 20 }, (_, index) => ({ id: `u-${index}` }));
/** Rolls the whole transaction back, as a full disk does. */
const ROLLBACK_TRIGGER =
  "CREATE TRIGGER full BEFORE UPDATE ON users WHEN new.id = 'u-3' BEGIN SELECT raise(ROLLBACK, 'full'); END";

/** A store of 20 users in a file, and another connection to the file. */
async function storeOfTwenty() {
  const file = temporaryDatabase();
  const store = openSqliteStore(file);
  onTestFinished(() => store.close().catch(() => {}));
  await store.load(directoryOf({ users }));
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  const select = other.prepare("SELECT document ->> 'nickname' AS nickname FROM users WHERE id = ?");
  return { store, other, nickname: (id: string) => select.get(id)?.nickname };
}

test("syncs that arrive together share one commit and resolve after it", async () => {
  const { store, other, nickname } = await storeOfTwenty();
  // SQLite's data_version changes with each commit of another connection.
  const version = () => other.prepare("PRAGMA data_version").get()?.data_version;
  const seenOnResolve: unknown[] = [];
  const before = version();

  const syncs = users.map(({ id }) =>
    change(store, id, { nickname: `of ${id}` }).then(() => seenOnResolve.push(nickname(id))),
  );
  expect([version(), nickname("u-0")]).toEqual([before, null]);
  await setImmediate();
  expect([nickname("u-0"), nickname("u-19")]).toEqual(["of u-0", "of u-19"]);
  await Promise.all(syncs);

  expect(seenOnResolve).toEqual(users.map(({ id }) => `of ${id}`));
});

test("a failing sync does not affect its group, at any position", async () => {
  const { store, nickname } = await storeOfTwenty();
  const failing = new Set(["u-0", "u-7", "u-19"]);

  const outcomes = await Promise.allSettled(
    users.map(({ id }) =>
      store.sync(keyOf(id), () => {
        if (failing.has(id)) throw new RangeError(`not ${id}`);
        return { user: { id, nickname: "saved" }, result: id };
      }),
    ),
  );

  for (const [index, { id }] of users.entries()) {
    if (failing.has(id)) expect(outcomes[index]).toMatchObject({ reason: new RangeError(`not ${id}`) });
    else expect(outcomes[index]).toEqual({ status: "fulfilled", value: id });
    expect(nickname(id)).toBe(failing.has(id) ? null : "saved");
  }
});

test("a group whose transaction is rolled back fails as a whole, and nothing read in it stays cached", async () => {
  const { store, other, nickname } = await storeOfTwenty();
  other.exec(ROLLBACK_TRIGGER);

  const syncs = users.map(({ id }) => change(store, id, { nickname: "x".repeat(300_000) }));
  // `look` reads the uncommitted change of the first sync.
  const outcomes = await Promise.allSettled([syncs[0], look(store, "u-0"), ...syncs.slice(1)]);

  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  expect(users.map(({ id }) => nickname(id))).toEqual(users.map(() => null));
  expect((await look(store, "u-0"))?.user).toEqual({ id: "u-0" });
  other.exec("DROP TRIGGER full");
  await change(store, "u-3", { nickname: "again" });
  expect(nickname("u-3")).toBe("again");
});

test("while another connection holds the write lock, a group is unavailable within 300 ms; later groups succeed", async () => {
  const { store, other, nickname } = await storeOfTwenty();
  other.exec("BEGIN IMMEDIATE");
  const start = performance.now();

  const outcomes = await Promise.allSettled(users.map(({ id }) => change(store, id, { nickname: "late" })));

  expect(performance.now() - start).toBeLessThan(300);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(StoreUnavailable) });
  other.exec("ROLLBACK");
  await change(store, "u-0", { nickname: "now" });
  expect([nickname("u-0"), nickname("u-1")]).toEqual(["now", null]);
});

test("closing the store commits queued syncs", async () => {
  const { store, nickname } = await storeOfTwenty();

  const sync = change(store, "u-0", { nickname: "last" });
  await store.close();

  expect(await sync).toEqual({ id: "u-0" });
  expect(nickname("u-0")).toBe("last");
});

test("changes of another program to roles and maps take effect with the next sync", async () => {
  const { store, other } = await storeOfTwenty();
  const role = { id: "r-a", name: "before", audience: "urn:api" };
  const users = [{ id: "u-0", roles: [{ id: "r-a", name: "A" }] }];
  const roleConnectionMaps = [{ id: "m-a", roleId: "r-a", azoConnectionId: "con_a", groupName: "g" }];
  await store.load(directoryOf({ roles: [role], roleConnectionMaps, users }));
  const rolesFor = async (group: string) => {
    const { roles = [], mapped = [] } = (await look(store, "u-0", [group])) ?? {};
    return [...roles.map(({ name }) => name), ...mapped];
  };
  expect(await rolesFor("g")).toEqual(["before", "r-a"]);

  other.exec(`UPDATE roles SET document = '${JSON.stringify({ ...role, name: "after" })}'`);
  expect(await rolesFor("g")).toEqual(["after", "r-a"]);
  other.exec("UPDATE role_connection_maps SET group_name = 'h'");
  expect([await rolesFor("g"), await rolesFor("h")]).toEqual([["after"], ["after", "r-a"]]);
});
