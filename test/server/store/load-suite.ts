import { expect, test } from "vitest";
import type { Directory, RoleConnectionMap, User } from "../../../generated/types.ts";
import { DirectoryRefused } from "../../../server/directory/directory-refused.ts";
import type { Store } from "../../../server/store/store.ts";
import { change, directoryOf, heldDirectory, look, type OpenStore } from "./store-under-test.ts";

export const at = (azoConnectionId: string, azoUserId: string) => ({ id: 1, azoConnectionId, azoUserId });
const engineer = { id: "r-engineer", name: "Engineer", audience: "urn:api", description: null };
const viewer = { id: "r-viewer", name: "Viewer", audience: "urn:api", description: null };
const engineers: RoleConnectionMap = {
  ...{ id: "m-engineers", roleId: "r-engineer", azoConnectionId: "con_a", groupName: "engineers" },
};
export const ada: User = {
  ...{ id: "u-ada", nickname: "ada", identities: [at("con_a", "ada")] },
  roles: [{ id: "r-viewer", name: "V" }],
};
const bob: User = { id: "u-bob", nickname: "bob", identities: [at("con_a", "bob")] };
export const acme: Directory = { users: [ada, bob], roles: [engineer, viewer], roleConnectionMaps: [engineers] };

/** The data that a sync of each of three users finds. */
export function seen(store: Store): Promise<unknown> {
  return Promise.all(["u-ada", "u-bob", "u-new"].map((id) => look(store, id, ["engineers"])));
}

export function loadTests(open: OpenStore): void {
  const openLoaded = async (directory: Partial<Directory> = acme) => {
    const { store } = await open();
    await store.load(directoryOf(directory));
    return store;
  };
  const nicknames = (store: Store) =>
    Promise.all(["u-ada", "u-bob"].map(async (id) => (await store.user(id))?.nickname));

  test("a load adds its entries and counts them", async () => {
    const { store } = await open();

    expect(await store.load(directoryOf(acme))).toEqual({ changed: 5, total: 5 });
    expect(await store.user("u-ada")).toEqual(ada);
    expect(await seen(store)).toMatchObject([
      { user: ada, roles: expect.arrayContaining([engineer, viewer]), mapped: new Set(["r-engineer"]) },
      { user: bob, roles: [engineer], mapped: new Set(["r-engineer"]) },
      undefined,
    ]);
  });

  test("users are listed in the order of their ids' bytes, and counted", async () => {
    const { store } = await open();
    const users = ["u-b", "U-c", "u-\u00e9", "u-a", "u-\u{1f600}"].map((id) => ({ id, nickname: id }));
    expect(await store.users(10)).toEqual({ users: [], total: 0 });
    await store.load(directoryOf({ users }));

    const listed = await store.users(4);

    expect(listed.users.map(({ id }) => id)).toEqual(["U-c", "u-a", "u-b", "u-\u00e9"]);
    expect([listed.users[1], listed.total]).toEqual([users[3], 5]);
  });

  test("loading an unchanged entry keeps changes of syncs, loading a changed entry replaces the user", async () => {
    const store = await openLoaded();
    await change(store, "u-ada", { nickname: "synced", displayName: "Ada" });
    await change(store, "u-bob", { nickname: "synced" });
    // Fills the caches.
    await seen(store);

    expect(await store.load(directoryOf(acme))).toEqual({ changed: 0, total: 5 });
    expect(await nicknames(store)).toEqual(["synced", "synced"]);

    const edited = { ...ada, nickname: "edited" };
    expect(await store.load(directoryOf({ ...acme, users: [edited, bob] }))).toEqual({ changed: 1, total: 5 });
    expect(await seen(store)).toMatchObject([{ user: edited }, {}, undefined]);
    expect(await store.user("u-ada")).toEqual(edited);
    expect(await store.user("u-bob")).toEqual({ ...bob, nickname: "synced" });
  });

  test("loading an earlier version of an entry replaces the user", async () => {
    const { store } = await open();
    for (const nickname of ["one", "two", "one"]) {
      expect(await store.load(directoryOf({ users: [{ ...bob, nickname }] }))).toEqual({ changed: 1, total: 1 });
      expect((await store.user("u-bob"))?.nickname).toBe(nickname);
    }
  });

  test("changed roles and maps replace the stored ones", async () => {
    const store = await openLoaded();
    // Fills the caches.
    await seen(store);
    const renamed = { ...viewer, name: "Reader" };
    const moved = { ...engineers, roleId: "r-viewer", groupName: "others" };

    const count = await store.load(directoryOf({ ...acme, roles: [engineer, renamed], roleConnectionMaps: [moved] }));

    expect(count).toEqual({ changed: 2, total: 5 });
    expect(await seen(store)).toMatchObject([{ roles: [renamed], mapped: new Set() }, { roles: [] }, undefined]);
    const found = await look(store, "u-bob", ["others"]);
    expect(found).toMatchObject({ roles: [renamed], mapped: new Set(["r-viewer"]) });
  });

  test("two users can swap their identities in one load", async () => {
    const eve = { id: "u-eve", identities: [at("con_a", "eve")] };
    const store = await openLoaded({ users: [bob, eve] });
    const swapped = [
      { ...bob, identities: eve.identities },
      { ...eve, identities: bob.identities ?? [] },
    ];

    expect(await store.load(directoryOf({ users: swapped }))).toEqual({ changed: 2, total: 2 });
    expect([await store.user("u-bob"), await store.user("u-eve")]).toEqual(swapped);
    expect(await store.load(directoryOf({ users: swapped.slice(1) }))).toEqual({ changed: 0, total: 1 });
  });

  test("an identity of a stored user outside the directory is a problem, and nothing is loaded", async () => {
    const store = await openLoaded();
    const before = await seen(store);
    const thief = { id: "u-new", identities: [at("con_b", "new"), at("con_a", "ada")] };
    const users = [{ ...bob, nickname: "edited" }, thief];

    const error = await store
      .load(directoryOf({ ...acme, users, roles: [{ ...engineer, name: "X" }, viewer] }))
      .catch((refused: unknown) => refused);

    expect(error).toBeInstanceOf(DirectoryRefused);
    expect(error).toMatchObject({
      problems: [`user 'u-new': the identity ["con_a","ada"] belongs to the stored user 'u-ada'`],
    });
    expect(await seen(store)).toEqual(before);
  });

  test("an identity is available after its user was loaded without it", async () => {
    const store = await openLoaded({ users: [bob] });
    await store.load(directoryOf({ users: [{ ...bob, identities: [] }] }));
    const eve = { id: "u-eve", identities: [at("con_a", "bob")] };

    expect(await store.load(directoryOf({ users: [eve] }))).toEqual({ changed: 1, total: 1 });
    await expect(store.load(directoryOf({ users: [bob] }))).rejects.toMatchObject({
      problems: [`user 'u-bob': the identity ["con_a","bob"] belongs to the stored user 'u-eve'`],
    });
  });

  test("a failed load keeps whole batches; loading the directory again completes it", async () => {
    const { store } = await open();
    const users = Array.from({ length: 1_200 }, (_, index) => ({ id: `u-${index}`, nickname: "loaded" }));
    const held = heldDirectory({ ...acme, users });
    const broken = store.load(held.directory);
    await held.taken;
    held.fail(new RangeError("read error"));

    await expect(broken).rejects.toThrow(new RangeError("read error"));

    const kept = await Promise.all(users.map(({ id }) => store.user(id)));
    expect(kept.filter((user) => user !== undefined)).toEqual(users.slice(0, 1_000));
    const progress: number[] = [];
    const again = await store.load(directoryOf({ ...acme, users }), (done) => progress.push(done));
    expect([again, progress]).toEqual([{ changed: 200, total: 1_203 }, [503, 1_003, 1_203]]);
    expect(await store.user("u-1199")).toEqual(users[1_199]);
  });

  test("syncs run during a load; their changes last until the user's own entry is saved", async () => {
    const store = await openLoaded();
    const held = heldDirectory({ users: [{ ...ada, nickname: "edited" }] });
    const loading = store.load(held.directory);
    await held.taken;

    await change(store, "u-ada", { nickname: "synced" });
    await change(store, "u-bob", { nickname: "synced" });
    expect(await nicknames(store)).toEqual(["synced", "synced"]);
    held.release();

    expect(await loading).toEqual({ changed: 1, total: 1 });
    expect(await nicknames(store)).toEqual(["edited", "synced"]);
    expect(await seen(store)).toMatchObject([{ user: { nickname: "edited" } }, {}, undefined]);
  });

  test("concurrent loads run in order", async () => {
    const { store } = await open();
    const versions = ["one", "two", "three"].map((nickname) => directoryOf({ users: [{ ...bob, nickname }] }));

    const counts = await Promise.all([...versions, directoryOf(acme)].map((directory) => store.load(directory)));

    expect(counts.map(({ changed }) => changed)).toEqual([1, 1, 1, 5]);
    expect(await store.user("u-bob")).toEqual(bob);
  });
}
