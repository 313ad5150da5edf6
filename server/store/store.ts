import type { Role, User } from "../../generated/types.ts";
import type { CheckedDirectory } from "../directory/checked-directory.ts";
import type { Progress } from "./load.ts";

/** Where the directory lives. Every implementation passes test/server/store/store.test.ts. */
export interface Store {
  /**
   * Reads the user under a lock, with the roles this sign-in can reach, lets `change` decide, and saves the user it
   * returns, as one step. Saves nothing if `change` throws or returns no user. `change` must not wait. It is called
   * once; where the database undid the step for the sake of others, once more with what is then found, and its last
   * decision counts.
   * @throws StoreUnavailable where the store can't answer now; repeating is safe.
   */
  sync<T>(key: SyncKey, change: (found: Found | undefined) => Decision<T>): Promise<T>;
  /**
   * Adds or replaces what a directory holds, and goes on with syncs meanwhile. Saves nothing if it is refused; where it
   * breaks off later, loading the same again completes it.
   * @throws DirectoryRefused where an identity belongs to a stored user that the directory does not hold.
   */
  load(directory: CheckedDirectory, progress?: Progress): Promise<LoadCount>;
  user(id: string): Promise<User | undefined>;
  /** The first `limit` users in the order of their ids' bytes, and how many there are. */
  users(limit: number): Promise<{ users: User[]; total: number }>;
  /** Rejects where the store can't answer now. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface SyncKey {
  userId: string;
  connectionId: string;
  groups: readonly string[];
}

export interface Found {
  user: User;
  /** The roles assigned to the user and those mapped to the groups; each once. */
  roles: Role[];
  /** Ids of the roles that maps grant for the connection and groups of the key. */
  mapped: ReadonlySet<string>;
}

export interface Decision<T> {
  /** The user to save; absent: nothing changed. */
  user?: User | undefined;
  answer: T;
}

/** How many entries differed from what was loaded before, of how many. */
export interface LoadCount {
  changed: number;
  total: number;
}

/** The store can't answer now: locked, full, read-only or gone. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The store can't be used at all; the message says what to do. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
}

/** A directory that was not loaded, with everything that is wrong with it, one problem a line. */
export class DirectoryRefused extends Error {
  override readonly name = "DirectoryRefused";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The directory was not loaded: ${problems.length} problem${problems.length === 1 ? "" : "s"}.`);
    this.problems = problems;
  }
}
