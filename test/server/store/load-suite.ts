import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Directory, RoleConnectionMap, User } from "../../../generated/types.ts";
import { type DirectoryEntry, DirectoryRefused, type Store } from "../../../server/store/store.ts";
import { change, entriesOf, type OpenStore } from "./store-suite.ts";

export const at = (azoConnectionId: string, azoUserId: string) => ({ id: 1, azoConnectionId, azoUserId });
const engineer = { id: "r-engineer", name: "Engineer", audience: "urn:api", description: null };
const viewer = { id: "r-viewer", name: "Viewer", audience: "urn:api", description: null };
const engineers: RoleConnectionMap = {
  id: "m-engineers",
  roleId: "r-engineer",
  azoConnectionId: "con_a",
  groupName: "engineers",
};
export const ada: User = {
  id: "u-ada",
  nickname: "ada",
  identities: [at("con_a", "ada")],
  roles: [{ id: "r-viewer", name: "V" }],
};
const bob: User = { id: "u-bob", nickname: "bob", identities: [at("con_a", "bob")] };
export const acme: Directory = { users: [ada, bob], roles: [engineer, viewer], roleConnectionMaps: [engineers] };

/** All that can be seen of what a store holds. */
export async function seen(store: Store): Promise<unknown> {
  const look = (userId: string) =>
    store.sync({ userId, connectionId: "con_a", groups: ["engineers"] }, (found) => ({ answer: found }));
  return [await look("u-ada"), await look("u-bob"), await look("u-new")];
}

/** Entries that end when they are told to, and tell when they have been taken. */
export function heldBack(directory: Partial<Directory>) {
  const taken = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  async function* entries(): AsyncGenerator<DirectoryEntry> {
    yield* entriesOf(directory);
    taken.resolve();
    await end.promise;
  }
  return { entries: entries(), taken: taken.promise, release: () => end.resolve(), fail: end.reject };
}

async function* thenFails(entries: AsyncIterable<DirectoryEntry>): AsyncGenerator<DirectoryEntry> {
  yield* entries;
  throw new RangeError("broken off");
}

/** Long enough for anything that does not wait to be done. */
async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

export function loadTests(open: OpenStore): void {
  test("a load adds what it is given and counts it", async () => {
    const { store } = await open();

    expect(await store.load(entriesOf(acme))).toEqual({ changed: 5, total: 5 });
    expect(await store.user("u-ada")).toEqual(ada);
    expect(await seen(store)).toMatchObject([
      { user: ada, roles: expect.arrayContaining([engineer, viewer]), mapped: new Set(["r-engineer"]) },
      { user: bob, roles: [engineer], mapped: new Set(["r-engineer"]) },
      undefined,
    ]);
  });

  test("a load of nothing changes nothing", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));

    expect(await store.load(entriesOf({}))).toEqual({ changed: 0, total: 0 });
    expect(await store.user("u-ada")).toEqual(ada);
  });

  test("loading the same twice changes nothing", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    const before = await seen(store);

    expect(await store.load(entriesOf(acme))).toEqual({ changed: 0, total: 5 });
    expect(await seen(store)).toEqual(before);
  });

  test("loading the same after a sync keeps what the sync stored", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    await change(store, "u-ada", { nickname: "synced", attributes: [{ id: 1, name: "department", value: "Engines" }] });
    const synced = await store.user("u-ada");

    expect(await store.load(entriesOf(acme))).toEqual({ changed: 0, total: 5 });
    expect(await store.user("u-ada")).toEqual(synced);
    expect(synced?.nickname).toBe("synced");
  });

  test("an entry that has changed replaces the whole user, also after a sync, and the others stay", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    await change(store, "u-ada", { nickname: "synced", displayName: "Ada" });
    await change(store, "u-bob", { nickname: "synced" });
    const edited = { ...ada, nickname: "edited" };

    expect(await store.load(entriesOf({ ...acme, users: [edited, bob] }))).toEqual({ changed: 1, total: 5 });
    expect(await store.user("u-ada")).toEqual(edited);
    expect(await store.user("u-bob")).toEqual({ ...bob, nickname: "synced" });
  });

  test("going back to an earlier entry replaces too", async () => {
    const { store } = await open();
    for (const nickname of ["one", "two", "one"]) {
      expect(await store.load(entriesOf({ users: [{ ...bob, nickname }] }))).toEqual({ changed: 1, total: 1 });
      expect((await store.user("u-bob"))?.nickname).toBe(nickname);
    }
  });

  test("a role and a map that have changed replace the old ones", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    const renamed = { ...viewer, name: "Reader" };
    const moved = { ...engineers, roleId: "r-viewer", groupName: "others" };

    const count = await store.load(entriesOf({ ...acme, roles: [engineer, renamed], roleConnectionMaps: [moved] }));

    expect(count).toEqual({ changed: 2, total: 5 });
    expect(await seen(store)).toMatchObject([{ roles: [renamed], mapped: new Set() }, { roles: [] }, undefined]);
    const others = { userId: "u-bob", connectionId: "con_a", groups: ["others"] };
    const found = await store.sync(others, (answer) => ({ answer }));
    expect(found).toMatchObject({ roles: [renamed], mapped: new Set(["r-viewer"]) });
  });

  test("a map may come before its role, and users before all", async () => {
    const { store } = await open();
    async function* backwards(): AsyncGenerator<DirectoryEntry> {
      yield* [{ user: ada }, { user: bob }, { roleConnectionMap: engineers }, { role: engineer }, { role: viewer }];
    }

    expect(await store.load(backwards())).toEqual({ changed: 5, total: 5 });
    expect(await seen(store)).toMatchObject([{ mapped: new Set(["r-engineer"]) }, {}, undefined]);
  });

  test.each(["to the later", "to the earlier"])("an identity may move between two users of a load, %s", async (to) => {
    const { store } = await open();
    await store.load(entriesOf({ users: [ada, bob].map((user) => ({ ...user, roles: [] })) }));
    const taker = { ...bob, identities: [at("con_a", "bob"), at("con_a", "ada")] };
    const giver = { ...ada, roles: [], identities: [at("con_a", "new")] };
    const users = to === "to the later" ? [giver, taker] : [taker, giver];

    expect(await store.load(entriesOf({ users }))).toEqual({ changed: 2, total: 2 });
    expect([await store.user("u-ada"), await store.user("u-bob")]).toEqual([giver, taker]);
  });

  test("two users may swap their identities in one load", async () => {
    const { store } = await open();
    await store.load(entriesOf({ users: [bob, { id: "u-eve", identities: [at("con_a", "eve")] }] }));
    const users = [
      { ...bob, identities: [at("con_a", "eve")] },
      { id: "u-eve", identities: [at("con_a", "bob")] },
    ];

    expect(await store.load(entriesOf({ users }))).toEqual({ changed: 2, total: 2 });
    const eve = { id: "u-eve", identities: [at("con_a", "bob")] };
    expect(await store.load(entriesOf({ users: [eve] }))).toEqual({ changed: 0, total: 1 });
  });

  test("an identity that a stored user has is refused by name, and nothing is loaded", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    const before = await seen(store);
    const thief = { id: "u-new", identities: [at("con_b", "new"), at("con_a", "ada")] };
    const edited = {
      ...acme,
      users: [{ ...bob, nickname: "edited" }, thief],
      roles: [{ ...engineer, name: "X" }, viewer],
    };

    const refused = await store.load(entriesOf(edited)).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(DirectoryRefused);
    expect(refused).toMatchObject({
      problems: ["user u-new: its identity (con_a, ada) belongs to the stored user u-ada"],
    });
    expect(await seen(store)).toEqual(before);
  });

  test("an identity is free for others once its user has been loaded without it", async () => {
    const { store } = await open();
    const eve = { id: "u-eve", identities: [at("con_a", "bob")] };
    await store.load(entriesOf({ users: [bob] }));
    await store.load(entriesOf({ users: [{ ...bob, identities: [] }] }));

    expect(await store.load(entriesOf({ users: [eve] }))).toEqual({ changed: 1, total: 1 });
    expect(await store.load(entriesOf({ users: [bob] })).catch((error: unknown) => error)).toMatchObject({
      problems: ["user u-bob: its identity (con_a, bob) belongs to the stored user u-eve"],
    });
  });

  test("identities without connection or provider's user id belong to nobody", async () => {
    const { store } = await open();
    const identities = [
      { id: 1, azoConnectionId: "con_a" },
      { id: 2, azoUserId: "ada" },
      { id: 3, azoConnectionId: null },
    ];
    const users = ["u-1", "u-2"].map((id) => ({ id, identities }));

    for (const user of users) expect(await store.load(entriesOf({ users: [user] }))).toEqual({ changed: 1, total: 1 });
  });

  test("entries that break off at the end leave the store as it was", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    const before = await seen(store);
    const users = [
      { ...ada, nickname: "edited", identities: [] },
      { id: "u-new", identities: [at("con_a", "new")] },
    ];
    const roles = [{ ...viewer, name: "edited" }];
    const roleConnectionMaps = [{ ...engineers, roleId: "r-viewer" }];

    const broken = store.load(thenFails(entriesOf({ users, roles, roleConnectionMaps })));

    await expect(broken).rejects.toThrow(new RangeError("broken off"));
    expect(await seen(store)).toEqual(before);
    // Neither is an identity kept that was claimed, nor one let go of that was given up.
    expect(await store.load(entriesOf({ users: [{ id: "u-eve", identities: [at("con_a", "new")] }] }))).toMatchObject({
      changed: 1,
    });
    await expect(store.load(entriesOf({ users: [{ id: "u-x", identities: [at("con_a", "ada")] }] }))).rejects.toThrow();
  });

  test("a sync that comes during a load waits for it, and finds what was loaded", async () => {
    const { store } = await open();
    const held = heldBack(acme);
    const loaded = store.load(held.entries);
    await held.taken;
    let isDone = false;

    const sync = change(store, "u-ada", { nickname: "after" }).then((found) => {
      isDone = true;
      return found;
    });
    await aWhile();
    expect(isDone).toBe(false);
    held.release();

    expect(await loaded).toEqual({ changed: 5, total: 5 });
    expect(await sync).toEqual(ada);
    expect(await store.user("u-ada")).toEqual({ ...ada, nickname: "after" });
  });

  test("a sync that comes during a load that fails is not undone with it", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    const held = heldBack({ users: [{ ...ada, nickname: "edited" }] });
    const loaded = store.load(held.entries);
    await held.taken;

    const sync = change(store, "u-ada", { nickname: "after" });
    held.fail(new RangeError("broken off"));

    await expect(loaded).rejects.toThrow("broken off");
    expect(await sync).toEqual(ada);
    expect(await store.user("u-ada")).toEqual({ ...ada, nickname: "after" });
  });

  test("nobody sees a user that a load has not finished with", async () => {
    const { store } = await open();
    await store.load(entriesOf(acme));
    const held = heldBack({ users: [{ ...ada, nickname: "edited" }] });
    const loaded = store.load(held.entries).catch(() => {});
    await held.taken;

    const read = store.user("u-ada");
    await aWhile();
    held.fail(new RangeError("broken off"));
    await loaded;

    expect(await read).toEqual(ada);
  });

  test("loads that come at once are one after the other", async () => {
    const { store } = await open();
    const versions = ["one", "two", "three"].map((nickname) => entriesOf({ users: [{ ...bob, nickname }] }));

    const counts = await Promise.all([...versions.map((entries) => store.load(entries)), store.load(entriesOf(acme))]);

    expect(counts.map(({ changed }) => changed)).toEqual([1, 1, 1, 5]);
    expect(await store.user("u-bob")).toEqual(bob);
  });
}
