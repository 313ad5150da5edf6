import { expect, test, vi } from "vitest";
import type { RoleConnectionMap, User } from "../../../generated/types.ts";
import { change, countOf, countUp, directoryOf, keyOf, look, type OpenStore } from "./store-under-test.ts";

const role = (id: string) => ({ id, name: `name of ${id}`, audience: "urn:api", description: null });
const map = (roleId: string, azoConnectionId: string | null, groupName: string | null): RoleConnectionMap => {
  return { id: `m-${roleId}-${azoConnectionId}-${groupName}`, roleId, azoConnectionId, groupName };
};

export function syncTests(open: OpenStore): void {
  const openWith = async (directory: Parameters<typeof directoryOf>[0]) => {
    const { store } = await open();
    await store.load(directoryOf({ users: [{ id: "u-ada" }], ...directory }));
    return store;
  };

  test("a sync finds the user, saves the returned one, and returns the result", async () => {
    const ada: User = { id: "u-ada", nickname: "a", attributes: [{ id: 1, name: "__proto__", value: "\u{1f600}" }] };
    const store = await openWith({ users: [ada, { id: "u-bob" }] });

    const result = await store.sync(keyOf("u-ada"), (found) => {
      return { user: { id: "u-ada", nickname: "adk" }, result: { found, more: [1] } };
    });

    expect(result).toEqual({ found: { user: ada, roles: [], mapped: new Set() }, more: [1] });
    expect(await store.user("u-ada")).toEqual({ id: "u-ada", nickname: "adk" });
    expect(await store.user("u-bob")).toEqual({ id: "u-bob" });
  });

  test("a decision without a user saves nothing, even if it modifies the found object", async () => {
    const store = await openWith({ users: [{ id: "u-ada", nickname: "before" }] });

    const result = await store.sync(keyOf("u-ada"), (found) => {
      if (found) found.user.nickname = "modified";
      return { user: undefined, result: "fine" };
    });

    expect(result).toBe("fine");
    expect(await store.user("u-ada")).toEqual({ id: "u-ada", nickname: "before" });
  });

  test("a decision that throws is made once and saves nothing, and its error is passed on", async () => {
    const store = await openWith({});
    const error = new RangeError("no");
    const decide = vi.fn(() => {
      throw error;
    });

    await expect(store.sync(keyOf("u-ada"), decide)).rejects.toBe(error);
    expect(await store.user("u-ada")).toEqual({ id: "u-ada" });
    expect(await countUp(store, "u-ada")).toBe(1);
    expect(decide).toHaveBeenCalledTimes(1);
  });

  test("concurrent syncs of one user run one after another", async () => {
    const store = await openWith({});

    const counts = await Promise.all(Array.from({ length: 50 }, () => countUp(store, "u-ada")));

    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(await countOf(store, "u-ada")).toBe(50);
  });

  test("a sync finds assigned and mapped roles without duplicates; unknown assigned roles are ignored", async () => {
    const roles = ["assigned", "mapped", "both", "neither"].map(role);
    const assigned = ["assigned", "both", "both", "unknown"].map((id) => ({ id, name: id }));
    const roleConnectionMaps = [map("mapped", "con_a", "a"), map("mapped", "con_a", "b"), map("both", "con_a", "a")];
    const store = await openWith({ roles, roleConnectionMaps, users: [{ id: "u-ada", roles: assigned }] });

    const found = await look(store, "u-ada", ["a", "b", "c"]);

    const byId = (list: { id: string }[] = []) => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(found?.roles)).toEqual(byId(roles.slice(0, 3)));
    expect(found?.mapped).toEqual(new Set(["mapped", "both"]));
  });

  test("a map matches if connection and trimmed group are equal; blanks never match", async () => {
    const blanks = [null, "", " "].flatMap((blank) => {
      return [map("r-i", blank, "a"), map("r-i", "con_a", blank), map("r-i", blank, blank)];
    });
    const roleConnectionMaps = [
      ...[map("r-a", "con_a", " a\t"), map("r-b", "con_b", "a"), map("r-c", "con_a", "b"), map("r-d", "con_b", "b")],
      ...[map("r-e", "CON_A", "a"), map("r-f", "con_a", "A"), map("r-g", " con_a", "a"), map("r-h", "con_a", "a%")],
      ...[...blanks, { id: "m-bare", roleId: "r-i" }],
    ];
    const roles = "abcdefghi".split("").map((letter) => role(`r-${letter}`));
    const store = await openWith({ roles, roleConnectionMaps });

    for (const [connectionId, groups, expected] of [
      ["con_a", ["a"], ["r-a"]],
      ["con_a", ["a", "b"], ["r-a", "r-c"]],
      ["con_b", ["b"], ["r-d"]],
      ["con_a", [], []],
      ["con_c", ["a"], []],
      ["con_a", ["", " ", "null"], []],
      ...["", " ", "null"].map((blank) => [blank, ["a", "", " ", "null"], []] as const),
    ] as const) {
      const found = await look(store, "u-ada", [...groups], connectionId);
      expect([...(found?.mapped ?? [])].sort()).toEqual(expected);
    }
  });

  test("ids, connections and groups may contain any text", async () => {
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
    const users = odd.map((id) => ({ id, username: `is ${id}` }));
    const store = await openWith({ roles: odd.map(role), roleConnectionMaps: odd.map((id) => map(id, id, id)), users });

    for (const [index, id] of odd.entries()) {
      const found = await look(store, id, odd, id);
      expect(found).toEqual({ user: users[index], roles: [role(id)], mapped: new Set([id]) });
      await change(store, id, { nickname: id });
      expect(await store.user(id)).toEqual({ ...users[index], nickname: id });
    }
  });
}
