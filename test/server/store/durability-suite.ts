import { expect, test } from "vitest";
import { acme, ada, at, heldBack, seen } from "./load-suite.ts";
import { change, directoryOf, type OpenStore } from "./store-suite.ts";

export function durabilityTests(open: OpenStore): void {
  test("after closing and opening again everything is there", async () => {
    const { store, reopen } = await open();
    await store.load(directoryOf(acme));
    await change(store, "u-ada", { nickname: "synced" });
    const before = await seen(store);

    const again = await reopen();

    expect(await seen(again)).toEqual(before);
    expect((await again.user("u-ada"))?.nickname).toBe("synced");
  });

  test("after opening again the store still knows what was loaded, and who has which identity", async () => {
    const { store, reopen } = await open();
    await store.load(directoryOf(acme));
    await change(store, "u-ada", { nickname: "synced" });

    const again = await reopen();

    expect(await again.load(directoryOf(acme))).toEqual({ changed: 0, total: 5 });
    expect((await again.user("u-ada"))?.nickname).toBe("synced");
    const thief = { id: "u-x", identities: [at("con_a", "ada")] };
    await expect(again.load(directoryOf({ users: [thief] }))).rejects.toThrow(
      "The directory was not loaded: 1 problem.",
    );
  });

  test("a load that is under way is finished before the store closes", async () => {
    const { store, reopen } = await open();
    const held = heldBack(acme);
    const loaded = store.load(held.directory);
    await held.taken;

    const reopened = reopen();
    held.release();

    expect(await loaded).toEqual({ changed: 5, total: 5 });
    expect(await (await reopened).user("u-ada")).toEqual(ada);
  });

  test("a store that has been closed takes nothing more", async () => {
    const { store, reopen } = await open();
    await store.load(directoryOf(acme));

    const again = await reopen();

    await expect(change(store, "u-ada", { nickname: "late" })).rejects.toThrow();
    await expect(store.load(directoryOf({ users: [{ id: "u-late" }] }))).rejects.toThrow();
    expect([await again.user("u-ada"), await again.user("u-late")]).toEqual([ada, undefined]);
  });
}
