import type { Role, User } from "../../generated/types.ts";
import { ConfigurationError } from "../configuration-error.ts";
import type { CheckedDirectory } from "../directory/directory.ts";

/** Users, roles and role connection maps. Every implementation passes test/server/store/store-suite.ts. */
export interface Store {
  /**
   * Locks the user, reads it with the roles that this sign-in can reach, calls `change` and saves the user it returns, in
   * one transaction. Saves nothing if `change` throws or returns no user. `change` is synchronous; it is called again with
   * fresh data if the database rolls the transaction back because of a conflict, and the last result counts.
   * @throws StoreUnavailable if the database is unavailable; repeating the call is safe.
   */
  sync<T>(key: SyncKey, change: (found: Found | undefined) => Decision<T>): Promise<T>;
  /**
   * Adds or replaces the entries of a directory while syncs continue. Saves nothing if it throws DirectoryRefused. Loading
   * the same directory again completes a load that failed midway.
   * @throws DirectoryRefused if an identity belongs to a stored user outside the directory.
   */
  load(directory: CheckedDirectory, progress?: LoadProgress): Promise<LoadCount>;
  user(id: string): Promise<User | undefined>;
  /** The first `limit` users, ordered by the bytes of their ids, and the number of all users. */
  users(limit: number): Promise<{ users: User[]; total: number }>;
  /** @throws StoreUnavailable if the database is unavailable. */
  ready(): Promise<void>;
  close(): Promise<void>;
  /** The state of its connections, if it has several. */
  pool?: () => PoolState;
}

export interface PoolState {
  inUse: number;
  idle: number;
  /** Syncs and other work that wait for a connection. */
  waiting: number;
}

export interface SyncKey {
  userId: string;
  connectionId: string;
  groups: readonly string[];
}

export interface Found {
  user: User;
  /** The roles assigned to the user or mapped to the groups, without duplicates. */
  roles: Role[];
  /** Ids of the roles that maps grant for the connection and groups of the key. */
  mapped: ReadonlySet<string>;
}

export interface Decision<T> {
  /** The user to save; absent if nothing changed. */
  user?: User | undefined;
  result: T;
}

/** Called after each batch with the number of entries loaded so far. */
export type LoadProgress = (done: number) => void;

export interface LoadCount {
  /** Entries that are new or differ from the previous load. */
  changed: number;
  total: number;
}

/** The database is unavailable for now: locked, full, read-only or unreachable. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** The database can't be used at all. */
export class StoreUnusable extends ConfigurationError {
  override readonly name = "StoreUnusable";

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, setting: "database" });
  }
}
