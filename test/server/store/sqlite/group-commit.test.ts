import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../../server/store/sqlite/sqlite-store.ts";
import { StoreUnavailable } from "../../../../server/store/store.ts";
import { temporaryDatabase } from "../../../helpers/temporary-folder.ts";
import { change, directoryOf } from "../store-suite.ts";

const users = Array.from({ length: 20 }, (_, index) => ({ id: `u-${index}` }));

/** A store of 20 users in a file, and another connection to it. */
async function storeOfTwenty() {
  const file = temporaryDatabase();
  const store = openSqliteStore(file);
  onTestFinished(() => store.close());
  await store.load(directoryOf({ users }));
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  const nickname = (id: string) => {
    const row = other.prepare("SELECT document ->> 'nickname' AS nickname FROM users WHERE id = ?").get(id);
    return row?.nickname;
  };
  return { store, other, nickname };
}

/** How often the file has been committed to, as another connection sees it: once or not at all since `since`. */
function version(database: DatabaseSync): unknown {
  return database.prepare("PRAGMA data_version").get()?.data_version;
}

test("syncs that come together share one commit, and are answered after it", async () => {
  const { store, other, nickname } = await storeOfTwenty();
  const seenAtAnswer: unknown[] = [];
  const before = version(other);

  const syncs = users.map(({ id }) =>
    change(store, id, { nickname: `of ${id}` }).then(() => seenAtAnswer.push(nickname(id))),
  );
  // Nothing can be seen before the commit, and everything after it.
  expect([version(other), nickname("u-0")]).toEqual([before, null]);
  await setImmediate();
  expect([nickname("u-0"), nickname("u-19")]).toEqual(["of u-0", "of u-19"]);
  await Promise.all(syncs);

  expect(seenAtAnswer).toEqual(users.map(({ id }) => `of ${id}`));
});

test("a failing sync in a group fails alone, first, in the middle or last", async () => {
  const { store, nickname } = await storeOfTwenty();
  const failing = new Set([0, 7, 19]);

  const outcomes = await Promise.allSettled(
    users.map(({ id }, index) =>
      store.sync({ userId: id, connectionId: "con_a", groups: [] }, (found) => {
        if (failing.has(index)) throw new RangeError(`not ${id}`);
        return { user: { ...found?.user, id, nickname: "saved" }, result: id };
      }),
    ),
  );

  for (const [index, outcome] of outcomes.entries()) {
    const id = `u-${index}`;
    if (failing.has(index)) expect(outcome).toMatchObject({ reason: new RangeError(`not ${id}`) });
    else expect(outcome).toEqual({ status: "fulfilled", value: id });
    expect(nickname(id)).toBe(failing.has(index) ? null : "saved");
  }
});

test("what a group can't save, for the disk is full, fails as a whole, and nothing of it is kept", async () => {
  const { store, other, nickname } = await storeOfTwenty();
  const long = "x".repeat(300_000);
  other.exec(
    "CREATE TRIGGER full BEFORE UPDATE ON users WHEN new.id = 'u-3' BEGIN SELECT raise(ROLLBACK, 'full'); END",
  );

  const outcomes = await Promise.allSettled(users.map(({ id }) => change(store, id, { nickname: long })));

  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  expect(users.map(({ id }) => nickname(id))).toEqual(users.map(() => null));
  other.exec("DROP TRIGGER full");
  await change(store, "u-3", { nickname: "again" });
  expect(nickname("u-3")).toBe("again");
});

test("what was read of a group that was undone is not remembered", async () => {
  const { store, other } = await storeOfTwenty();
  other.exec(
    "CREATE TRIGGER full BEFORE UPDATE ON users WHEN new.id = 'u-3' BEGIN SELECT raise(ROLLBACK, 'full'); END",
  );

  const look = () => store.sync({ userId: "u-0", connectionId: "con_a", groups: [] }, (result) => ({ result }));

  // The second one reads what the first one saved, and both are undone by the third.
  await Promise.allSettled([change(store, "u-0", { nickname: "never" }), look(), change(store, "u-3", {})]);

  expect((await look())?.user).toEqual({ id: "u-0" });
});

test("a group that can't have the lock is unavailable as a whole, soon, and the next one works", async () => {
  const { store, other, nickname } = await storeOfTwenty();
  other.exec("BEGIN IMMEDIATE");
  const start = performance.now();

  const outcomes = await Promise.allSettled(users.map(({ id }) => change(store, id, { nickname: "late" })));

  expect(performance.now() - start).toBeLessThan(1_000);
  expect(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason instanceof StoreUnavailable)).toBe(
    true,
  );
  other.exec("ROLLBACK");
  await change(store, "u-0", { nickname: "now" });
  expect(nickname("u-0")).toBe("now");
});

test("of syncs of one user in a group each sees what the one before it saved", async () => {
  const { store, nickname } = await storeOfTwenty();
  const append = (letter: string) =>
    store.sync({ userId: "u-0", connectionId: "con_a", groups: [] }, (found) => {
      const longer = `${found?.user.nickname ?? ""}${letter}`;
      return { user: { id: "u-0", nickname: longer }, result: longer };
    });

  expect(await Promise.all([..."abcd"].map(append))).toEqual(["a", "ab", "abc", "abcd"]);
  expect(nickname("u-0")).toBe("abcd");
});

test("syncs that wait when the store closes are saved and answered", async () => {
  const file = temporaryDatabase();
  const store = openSqliteStore(file);
  await store.load(directoryOf({ users }));

  const sync = change(store, "u-0", { nickname: "last" });
  await store.close();

  expect(await sync).toEqual({ id: "u-0" });
  const again = openSqliteStore(file);
  onTestFinished(() => again.close());
  expect((await again.user("u-0"))?.nickname).toBe("last");
});

test("roles that another program changed count from the next sync on", async () => {
  const { store, other } = await storeOfTwenty();
  const role = { id: "r-a", name: "before", audience: "urn:api" };
  const users = [{ id: "u-0", roles: [{ id: "r-a", name: "A" }] }];
  const roleConnectionMaps = [{ id: "m-a", roleId: "r-a", azoConnectionId: "con_a", groupName: "g" }];
  await store.load(directoryOf({ roles: [role], roleConnectionMaps, users }));
  const look = (groups: string[]) =>
    store.sync({ userId: "u-0", connectionId: "con_a", groups }, (found) => ({
      result: [found?.roles.map(({ name }) => name), [...(found?.mapped ?? [])]],
    }));
  expect(await look(["g"])).toEqual([["before"], ["r-a"]]);

  other.exec(`UPDATE roles SET document = '${JSON.stringify({ ...role, name: "after" })}'`);
  expect(await look(["g"])).toEqual([["after"], ["r-a"]]);
  other.exec("UPDATE role_connection_maps SET group_name = 'h'");
  expect([await look(["g"]), await look(["h"])]).toEqual([
    [["after"], []],
    [["after"], ["r-a"]],
  ]);
});
