import { expect, test } from "vitest";
import type { Directory, RoleConnectionMap, User } from "../../../generated/types.ts";
import { DirectoryRefused } from "../../../server/directory/directory-refused.ts";
import type { Store } from "../../../server/store/store.ts";
import { change, directoryOf, type OpenStore } from "./store-suite.ts";

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
    store.sync({ userId, connectionId: "con_a", groups: ["engineers"] }, (found) => ({ result: found }));
  return [await look("u-ada"), await look("u-bob"), await look("u-new")];
}

/** A directory whose users end when they are told to, and that tells when they have been taken. */
export function heldBack(content: Partial<Directory>) {
  const taken = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const directory = directoryOf(content);
  async function* users() {
    yield* directory.users();
    taken.resolve();
    await end.promise;
  }
  return { directory: { ...directory, users }, taken: taken.promise, release: () => end.resolve(), fail: end.reject };
}

export function loadTests(open: OpenStore): void {
  test("a load adds what it is given and counts it", async () => {
    const { store } = await open();

    expect(await store.load(directoryOf(acme))).toEqual({ changed: 5, total: 5 });
    expect(await store.user("u-ada")).toEqual(ada);
    expect(await seen(store)).toMatchObject([
      { user: ada, roles: expect.arrayContaining([engineer, viewer]), mapped: new Set(["r-engineer"]) },
      { user: bob, roles: [engineer], mapped: new Set(["r-engineer"]) },
      undefined,
    ]);
  });

  test("users can be listed, in the order of their ids' bytes, and are counted", async () => {
    const { store } = await open();
    const users = ["u-b", "U-c", "u-\u00e9", "u-a", "u-\u{1f600}"].map((id) => ({ id, nickname: id }));
    expect(await store.users(10)).toEqual({ users: [], total: 0 });
    await store.load(directoryOf({ users }));

    const listed = await store.users(4);

    expect(listed.users.map(({ id }) => id)).toEqual(["U-c", "u-a", "u-b", "u-\u00e9"]);
    expect([listed.users[1], listed.total]).toEqual([users[3], 5]);
  });

  test("a load of nothing changes nothing", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));

    expect(await store.load(directoryOf({}))).toEqual({ changed: 0, total: 0 });
    expect(await store.user("u-ada")).toEqual(ada);
  });

  test("loading the same twice changes nothing", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    const before = await seen(store);

    expect(await store.load(directoryOf(acme))).toEqual({ changed: 0, total: 5 });
    expect(await seen(store)).toEqual(before);
  });

  test("loading the same after a sync keeps what the sync stored", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    await change(store, "u-ada", { nickname: "synced", attributes: [{ id: 1, name: "department", value: "Engines" }] });
    const synced = await store.user("u-ada");

    expect(await store.load(directoryOf(acme))).toEqual({ changed: 0, total: 5 });
    expect(await store.user("u-ada")).toEqual(synced);
    expect(synced?.nickname).toBe("synced");
  });

  test("an entry that has changed replaces the whole user, also after a sync, and the others stay", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    await change(store, "u-ada", { nickname: "synced", displayName: "Ada" });
    await change(store, "u-bob", { nickname: "synced" });
    const edited = { ...ada, nickname: "edited" };
    // What has been seen must not be remembered.
    await seen(store);

    expect(await store.load(directoryOf({ ...acme, users: [edited, bob] }))).toEqual({ changed: 1, total: 5 });
    expect(await seen(store)).toMatchObject([{ user: edited }, {}, undefined]);
    expect(await store.user("u-ada")).toEqual(edited);
    expect(await store.user("u-bob")).toEqual({ ...bob, nickname: "synced" });
  });

  test("going back to an earlier entry replaces too", async () => {
    const { store } = await open();
    for (const nickname of ["one", "two", "one"]) {
      expect(await store.load(directoryOf({ users: [{ ...bob, nickname }] }))).toEqual({ changed: 1, total: 1 });
      expect((await store.user("u-bob"))?.nickname).toBe(nickname);
    }
  });

  test("a role and a map that have changed replace the old ones", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    // What has been seen must not be remembered.
    await seen(store);
    const renamed = { ...viewer, name: "Reader" };
    const moved = { ...engineers, roleId: "r-viewer", groupName: "others" };

    const count = await store.load(directoryOf({ ...acme, roles: [engineer, renamed], roleConnectionMaps: [moved] }));

    expect(count).toEqual({ changed: 2, total: 5 });
    expect(await seen(store)).toMatchObject([{ roles: [renamed], mapped: new Set() }, { roles: [] }, undefined]);
    const others = { userId: "u-bob", connectionId: "con_a", groups: ["others"] };
    const found = await store.sync(others, (result) => ({ result }));
    expect(found).toMatchObject({ roles: [renamed], mapped: new Set(["r-viewer"]) });
  });

  test.each(["to the later", "to the earlier"])("an identity may move between two users of a load, %s", async (to) => {
    const { store } = await open();
    await store.load(directoryOf({ users: [ada, bob].map((user) => ({ ...user, roles: [] })) }));
    const taker = { ...bob, identities: [at("con_a", "bob"), at("con_a", "ada")] };
    const giver = { ...ada, roles: [], identities: [at("con_a", "new")] };
    const users = to === "to the later" ? [giver, taker] : [taker, giver];

    expect(await store.load(directoryOf({ users }))).toEqual({ changed: 2, total: 2 });
    expect([await store.user("u-ada"), await store.user("u-bob")]).toEqual([giver, taker]);
  });

  test("two users may swap their identities in one load", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: [bob, { id: "u-eve", identities: [at("con_a", "eve")] }] }));
    const users = [
      { ...bob, identities: [at("con_a", "eve")] },
      { id: "u-eve", identities: [at("con_a", "bob")] },
    ];

    expect(await store.load(directoryOf({ users }))).toEqual({ changed: 2, total: 2 });
    const eve = { id: "u-eve", identities: [at("con_a", "bob")] };
    expect(await store.load(directoryOf({ users: [eve] }))).toEqual({ changed: 0, total: 1 });
  });

  test("an identity that a stored user has is refused by name, and nothing is loaded", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    const before = await seen(store);
    const thief = { id: "u-new", identities: [at("con_b", "new"), at("con_a", "ada")] };
    const edited = {
      ...acme,
      users: [{ ...bob, nickname: "edited" }, thief],
      roles: [{ ...engineer, name: "X" }, viewer],
    };

    const refused = await store.load(directoryOf(edited)).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(DirectoryRefused);
    expect(refused).toMatchObject({
      problems: [`user 'u-new': the identity ["con_a","ada"] belongs to the stored user 'u-ada'`],
    });
    expect(await seen(store)).toEqual(before);
  });

  test("an identity is free for others once its user has been loaded without it", async () => {
    const { store } = await open();
    const eve = { id: "u-eve", identities: [at("con_a", "bob")] };
    await store.load(directoryOf({ users: [bob] }));
    await store.load(directoryOf({ users: [{ ...bob, identities: [] }] }));

    expect(await store.load(directoryOf({ users: [eve] }))).toEqual({ changed: 1, total: 1 });
    expect(await store.load(directoryOf({ users: [bob] })).catch((error: unknown) => error)).toMatchObject({
      problems: [`user 'u-bob': the identity ["con_a","bob"] belongs to the stored user 'u-eve'`],
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

    for (const user of users)
      expect(await store.load(directoryOf({ users: [user] }))).toEqual({ changed: 1, total: 1 });
  });

  test("a load that breaks off keeps whole batches; the same again completes it and counts the rest", async () => {
    const { store } = await open();
    const users = Array.from({ length: 1_200 }, (_, index) => ({ id: `u-${index}`, nickname: "loaded" }));
    const held = heldBack({ ...acme, users });
    const broken = store.load(held.directory);
    await held.taken;
    held.fail(new RangeError("broken off"));

    await expect(broken).rejects.toThrow(new RangeError("broken off"));

    const kept = await Promise.all(users.map(({ id }) => store.user(id)));
    expect(kept.filter((user) => user !== undefined)).toEqual(users.slice(0, 1_000));
    const progress: number[] = [];
    const again = await store.load(directoryOf({ ...acme, users }), (done) => progress.push(done));
    expect([again, progress]).toEqual([{ changed: 200, total: 1_203 }, [503, 1_003, 1_203]]);
    expect(await store.user("u-1199")).toEqual(users[1_199]);
  });

  test("syncs go on during a load, and keep what they store unless its entry comes later", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    const held = heldBack({ users: [{ ...ada, nickname: "edited" }] });
    const loading = store.load(held.directory);
    await held.taken;

    await change(store, "u-ada", { nickname: "synced" });
    await change(store, "u-bob", { nickname: "synced" });
    expect(await seen(store)).toMatchObject([{ user: { nickname: "synced" } }, {}, undefined]);
    held.release();

    expect(await loading).toEqual({ changed: 1, total: 1 });
    expect(await seen(store)).toMatchObject([{ user: { nickname: "edited" } }, {}, undefined]);
    expect([(await store.user("u-ada"))?.nickname, (await store.user("u-bob"))?.nickname]).toEqual([
      "edited",
      "synced",
    ]);
  });

  test("a load that breaks off before its first batch leaves users as they were", async () => {
    const { store } = await open();
    await store.load(directoryOf(acme));
    const held = heldBack({ users: [{ ...ada, nickname: "edited" }] });
    const loaded = store.load(held.directory).catch(() => {});
    await held.taken;
    held.fail(new RangeError("broken off"));
    await loaded;

    expect(await store.user("u-ada")).toEqual(ada);
  });

  test("loads that come at once are one after the other", async () => {
    const { store } = await open();
    const versions = ["one", "two", "three"].map((nickname) => directoryOf({ users: [{ ...bob, nickname }] }));

    const counts = await Promise.all([...versions, directoryOf(acme)].map((directory) => store.load(directory)));

    expect(counts.map(({ changed }) => changed)).toEqual([1, 1, 1, 5]);
    expect(await store.user("u-bob")).toEqual(bob);
  });
}
