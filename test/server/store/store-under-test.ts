import { onTestFinished } from "vitest";
import type { Directory, User } from "../../../generated/types.ts";
import { type CheckedDirectory, claimsOf } from "../../../server/directory/directory.ts";
import { openStore } from "../../../server/store/open-store.ts";
import type { Found, Store } from "../../../server/store/store.ts";

export interface StoreUnderTest {
  store: Store;
  /** Closes the store and opens it again. */
  reopen: () => Promise<Store>;
}

/** Opens an empty store, which is closed at the end of the test. */
export type OpenStore = () => Promise<StoreUnderTest>;

export async function openUnderTest(database: string): Promise<StoreUnderTest> {
  let store = await openStore({ database });
  onTestFinished(() => store.close());
  const reopen = async () => {
    await store.close();
    store = await openStore({ database });
    return store;
  };
  return { store, reopen };
}

/** A directory as a store receives it, without the checks of `checkDirectory`. */
export function directoryOf({ roles = [], roleConnectionMaps = [], users = [] }: Partial<Directory>): CheckedDirectory {
  return {
    ...{ roles, roleConnectionMaps, total: roles.length + roleConnectionMaps.length + users.length },
    async *users() {
      yield* users;
    },
    claims: () => users.flatMap(claimsOf),
    warnings: [],
    hasUser: (id) => users.some((user) => user.id === id),
    close: () => {},
  };
}

/** A directory whose iteration stops after the last user until `release` or `fail` is called; `taken` resolves at that stop. */
export function heldDirectory(content: Partial<Directory>) {
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

export const keyOf = (userId: string, groups: string[] = [], connectionId = "con_a") => {
  return { userId, connectionId, groups };
};

/** Returns the data that a sync finds, and saves nothing. */
export function look(store: Store, ...key: Parameters<typeof keyOf>): Promise<Found | undefined> {
  return store.sync(keyOf(...key), (found) => ({ result: found }));
}

/** Changes members of a user by a sync, and returns the user before it. */
export function change(store: Store, userId: string, changes: Partial<User>): Promise<User | undefined> {
  return store.sync(keyOf(userId), (found) =>
    found ? { user: { ...found.user, ...changes }, result: found.user } : { result: undefined },
  );
}

/** Increments a counter in the user: the result is wrong if any other sync comes between. `onDecide` is called first. */
export function countUp(store: Store, userId: string, onDecide: () => void = () => {}): Promise<number> {
  return store.sync(keyOf(userId), (found) => {
    onDecide();
    if (!found) throw new Error("no user");
    const count = Number(found.user.nickname ?? 0) + 1;
    return { user: { ...found.user, nickname: String(count) }, result: count };
  });
}

export async function countOf(store: Store, userId: string): Promise<number> {
  return Number((await store.user(userId))?.nickname ?? 0);
}
