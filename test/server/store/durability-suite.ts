import { expect, test } from "vitest";
import { acme, ada, at, seen } from "./load-suite.ts";
import { change, directoryOf, heldDirectory, type OpenStore } from "./store-under-test.ts";

export function durabilityTests(open: OpenStore): void {
  test("a reopened store has all users, the hashes of the last load and the owners of all identities", async () => {
    const { store, reopen } = await open();
    await store.load(directoryOf(acme));
    await change(store, "u-ada", { nickname: "synced" });
    const before = await seen(store);

    const again = await reopen();

    expect(await seen(again)).toEqual(before);
    expect(await again.load(directoryOf(acme))).toEqual({ changed: 0, total: 5 });
    expect((await again.user("u-ada"))?.nickname).toBe("synced");
    const thief = { id: "u-x", identities: [at("con_a", "ada")] };
    await expect(again.load(directoryOf({ users: [thief] }))).rejects.toThrow(
      "The directory was not loaded: 1 problem.",
    );
  });

  test("a load in progress is finished before the store closes", async () => {
    const { store, reopen } = await open();
    const held = heldDirectory(acme);
    const loaded = store.load(held.directory);
    await held.taken;

    const reopened = reopen();
    held.release();

    expect(await loaded).toEqual({ changed: 5, total: 5 });
    expect(await (await reopened).user("u-ada")).toEqual(ada);
  });

  test("a closed store rejects syncs and loads", async () => {
    const { store, reopen } = await open();
    await store.load(directoryOf(acme));

    const again = await reopen();

    await expect(change(store, "u-ada", { nickname: "late" })).rejects.toThrow();
    await expect(store.load(directoryOf({ users: [{ id: "u-late" }] }))).rejects.toThrow();
    expect([await again.user("u-ada"), await again.user("u-late")]).toEqual([ada, undefined]);
  });
}
