import { expect, test } from "vitest";
import type { RoleConnectionMap, User } from "../../../generated/types.ts";
import type { Found, Store } from "../../../server/store/store.ts";
import { directoryOf, type OpenStore } from "./store-suite.ts";

const AUDIENCE = "urn:api";
const role = (id: string) => ({ id, name: `name of ${id}`, audience: AUDIENCE, description: null });
const map = (roleId: string, azoConnectionId: string | null, groupName: string | null): RoleConnectionMap => ({
  id: `m-${roleId}-${azoConnectionId}-${groupName}`,
  roleId,
  azoConnectionId,
  groupName,
});
const key = (userId: string, groups: string[] = [], connectionId = "con_a") => ({ userId, connectionId, groups });

/** What `change` is given; nothing is saved. */
const look = (store: Store, ...of: Parameters<typeof key>): Promise<Found | undefined> =>
  store.sync(key(...of), (found) => ({ result: found }));

const counted = (user: User, count: number): User => ({ ...user, nickname: String(count) });
const countOf = (user: User | undefined) => Number(user?.nickname ?? 0);

/** Reads a count, adds one and saves: goes wrong as soon as anything comes between. */
const countUp = (store: Store, userId: string) =>
  store.sync(key(userId), (found) => {
    if (!found) throw new Error("no user");
    const user = counted(found.user, countOf(found.user) + 1);
    return { user, result: countOf(user) };
  });

export function syncTests(open: OpenStore): void {
  test("a user who is not there is found as undefined", async () => {
    const { store } = await open();

    expect(await look(store, "u-ada", ["a"])).toBeUndefined();
    expect(await store.user("u-ada")).toBeUndefined();
  });

  test("a sync finds the user, saves the one that is returned, and gives the answer", async () => {
    const { store } = await open();
    const ada: User = {
      id: "u-ada",
      displayName: "Ada",
      attributes: [{ id: 1, name: "__proto__", value: "\u{1f600}" }],
    };
    await store.load(directoryOf({ users: [ada, { id: "u-bob" }] }));

    const answer = await store.sync(key("u-ada"), (found) => ({
      user: { id: "u-ada", nickname: "adk" },
      result: { found, more: [1] },
    }));

    expect(answer).toEqual({ found: { user: ada, roles: [], mapped: new Set() }, more: [1] });
    expect(await store.user("u-ada")).toEqual({ id: "u-ada", nickname: "adk" });
    expect(await store.user("u-bob")).toEqual({ id: "u-bob" });
  });

  test("a decision without a user saves nothing, even if what was found has been changed", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: [{ id: "u-ada", nickname: "before" }] }));

    const answer = await store.sync(key("u-ada"), (found) => {
      if (found) found.user.nickname = "scribbled";
      return { user: undefined, result: "fine" };
    });

    expect(answer).toBe("fine");
    expect(await store.user("u-ada")).toEqual({ id: "u-ada", nickname: "before" });
  });

  test("a decision that throws saves nothing, its error comes out as it is, and the store goes on", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
    const refusal = new RangeError("no");

    const refused = store.sync(key("u-ada"), () => {
      throw refusal;
    });

    await expect(refused).rejects.toBe(refusal);
    expect(await store.user("u-ada")).toEqual({ id: "u-ada" });
    expect(await countUp(store, "u-ada")).toBe(1);
  });

  test("syncs of one user that come at once are one after the other: no count is lost", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: [{ id: "u-ada" }] }));

    const counts = await Promise.all(Array.from({ length: 50 }, () => countUp(store, "u-ada")));

    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(countOf(await store.user("u-ada"))).toBe(50);
  });

  test("of syncs that come at once, one that throws is undone alone", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: ["u-0", "u-1", "u-2"].map((id) => ({ id })) }));
    const fail = () =>
      store.sync(key("u-1"), () => {
        throw new Error("no");
      });

    const settled = await Promise.allSettled([
      ...[countUp(store, "u-0"), fail(), countUp(store, "u-1"), fail(), countUp(store, "u-2")],
      ...[countUp(store, "u-1"), fail(), countUp(store, "u-0")],
    ]);

    expect(settled.map(({ status }) => status === "fulfilled")).toEqual([
      true,
      false,
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
    const counts = await Promise.all(["u-0", "u-1", "u-2"].map(async (id) => countOf(await store.user(id))));
    expect(counts).toEqual([2, 2, 1]);
  });

  test("each sync asks for one decision, also where it throws", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: [{ id: "u-ada" }] }));
    let asked = 0;

    for (const fails of [false, true, false]) {
      await store
        .sync(key("u-ada"), (found) => {
          asked += 1;
          if (fails) throw new Error("no");
          return { user: found?.user, result: null };
        })
        .catch(() => {});
    }

    expect(asked).toBe(3);
  });

  test("a sync finds the roles that are assigned and those that are mapped, each once", async () => {
    const { store } = await open();
    const roles = ["assigned", "mapped", "both", "neither"].map(role);
    const assigned = ["assigned", "both", "both"].map((id) => ({ id, name: id }));
    const roleConnectionMaps = [map("mapped", "con_a", "a"), map("mapped", "con_a", "b"), map("both", "con_a", "a")];
    await store.load(directoryOf({ roles, roleConnectionMaps, users: [{ id: "u-ada", roles: assigned }] }));

    const found = await look(store, "u-ada", ["a", "b", "c"]);

    const byId = (list: { id: string }[] = []) => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(found?.roles)).toEqual(byId(roles.slice(0, 3)));
    expect(found?.mapped).toEqual(new Set(["mapped", "both"]));
  });

  test("an assignment of a role that is not there is no role", async () => {
    const { store } = await open();
    await store.load(directoryOf({ users: [{ id: "u-ada", roles: [{ id: "r-gone", name: "Gone" }] }] }));

    expect(await look(store, "u-ada")).toMatchObject({ roles: [], mapped: new Set() });
  });

  test("a map matches its connection and its group together, both exactly", async () => {
    const { store } = await open();
    const roleConnectionMaps = [
      ...[map("r-a", "con_a", "a"), map("r-b", "con_b", "a"), map("r-c", "con_a", "b"), map("r-d", "con_b", "b")],
      ...[map("r-e", "CON_A", "a"), map("r-f", "con_a", "A"), map("r-g", " con_a", "a"), map("r-h", "con_a", "a%")],
    ];
    const roles = "abcdefgh".split("").map((letter) => role(`r-${letter}`));
    await store.load(directoryOf({ roles, roleConnectionMaps, users: [{ id: "u-ada" }] }));

    const mapped = async (...of: Parameters<typeof key>) => [...((await look(store, ...of))?.mapped ?? [])].sort();

    expect(await mapped("u-ada", ["a"])).toEqual(["r-a"]);
    expect(await mapped("u-ada", ["a", "b"])).toEqual(["r-a", "r-c"]);
    expect(await mapped("u-ada", ["b"], "con_b")).toEqual(["r-d"]);
    expect(await mapped("u-ada", [], "con_a")).toEqual([]);
    expect(await mapped("u-ada", ["a"], "con_c")).toEqual([]);
  });

  test("a map's group is trimmed, as those of a request are", async () => {
    const { store } = await open();
    const roleConnectionMaps = [map("r-a", "con_a", " a\t")];
    await store.load(directoryOf({ roles: [role("r-a")], roleConnectionMaps, users: [{ id: "u-ada" }] }));

    expect((await look(store, "u-ada", ["a"]))?.mapped).toEqual(new Set(["r-a"]));
  });

  test("a map without connection or group never matches, nor with a blank one", async () => {
    const { store } = await open();
    const roleConnectionMaps: RoleConnectionMap[] = [
      ...[null, "", " "].flatMap((blank) => [
        map("r-a", blank, "a"),
        map("r-a", "con_a", blank),
        map("r-a", blank, blank),
      ]),
      { id: "m-bare", roleId: "r-a" },
    ];
    await store.load(directoryOf({ roles: [role("r-a")], roleConnectionMaps, users: [{ id: "u-ada" }] }));

    for (const connectionId of ["con_a", "", " ", "null"]) {
      const groups = connectionId === "con_a" ? ["", " ", "null"] : ["a", "", " ", "null"];
      expect((await look(store, "u-ada", groups, connectionId))?.mapped).toEqual(new Set());
    }
  });

  test("ids, connections and groups are opaque text", async () => {
    const { store } = await open();
    const odd = [
      "'; DROP TABLE users; --",
      '"]',
      "a/b",
      "Zo\u00eb",
      "Zoe\u0308",
      "\u{1f600}",
      "%",
      "__proto__",
      "[1]",
      "0",
    ];
    const roles = odd.map(role);
    const roleConnectionMaps = odd.map((text) => map(text, text, text));
    await store.load(
      directoryOf({ roles, roleConnectionMaps, users: odd.map((id) => ({ id, username: `is ${id}` })) }),
    );

    for (const text of odd) {
      const found = await look(store, text, odd, text);
      expect(found).toEqual({
        user: { id: text, username: `is ${text}` },
        roles: [role(text)],
        mapped: new Set([text]),
      });
    }
  });

  test("a sync with ten thousand groups finds the roles of all", async () => {
    const { store } = await open();
    const groups = Array.from({ length: 10_000 }, (_, index) => `g-${index}`);
    const roleConnectionMaps = [map("r-a", "con_a", "g-0"), map("r-b", "con_a", "g-9999")];
    await store.load(directoryOf({ roles: [role("r-a"), role("r-b")], roleConnectionMaps, users: [{ id: "u-ada" }] }));

    expect((await look(store, "u-ada", groups))?.mapped).toEqual(new Set(["r-a", "r-b"]));
  });
}
