import { describe } from "vitest";
import type { Directory, User } from "../../../generated/types.ts";
import { type CheckedDirectory, claimsOf } from "../../../server/directory/directory.ts";
import type { Store } from "../../../server/store/store.ts";
import { durabilityTests } from "./durability-suite.ts";
import { loadTests } from "./load-suite.ts";
import { syncTests } from "./sync-suite.ts";

export interface StoreUnderTest {
  store: Store;
  /** Closes the store and opens it again. */
  reopen: () => Promise<Store>;
}

/** Opens a store with nothing in it, for one test; closes it when the test has ended. */
export type OpenStore = () => Promise<StoreUnderTest>;

/** What every store must do, whatever it is made of; and, but for one in memory, keep what it has across a restart. */
export function describeStore(name: string, open: OpenStore, { isDurable }: { isDurable: boolean }): void {
  describe(name, () => {
    syncTests(open);
    loadTests(open);
    if (isDurable) durabilityTests(open);
  });
}

/** A directory as a store takes it. That its entries fit each other is not looked at here. */
export function directoryOf({ roles = [], roleConnectionMaps = [], users = [] }: Partial<Directory>): CheckedDirectory {
  return {
    ...{ roles, roleConnectionMaps, total: roles.length + roleConnectionMaps.length + users.length },
    async *users() {
      yield* users;
    },
    claims: () => users.flatMap(claimsOf),
    hasUser: (id) => users.some((user) => user.id === id),
    close: () => {},
  };
}

/** Replaces a user by a sync; the answer is the user before it. */
export function change(store: Store, userId: string, changes: Partial<User>): Promise<User | undefined> {
  return store.sync({ userId, connectionId: "con_a", groups: [] }, (found) =>
    found ? { user: { ...found.user, ...changes }, result: found.user } : { result: undefined },
  );
}
