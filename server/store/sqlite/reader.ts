import type { DatabaseSync } from "node:sqlite";
import type { Role, User } from "../../../generated/types.ts";
import type { Found, SyncKey } from "../store.ts";

/** A full cache is cleared. User documents are larger than roles. */
const MAX_CACHED_USERS = 1_000;
const MAX_CACHED_ROLES = 10_000;

export type Reader = ReturnType<typeof createReader>;

/**
 * Reads users and the roles that a sign-in can reach, with caches of parsed documents. The caches are cleared when another
 * connection has written to the file, which `PRAGMA data_version` shows.
 */
export function createReader(database: DatabaseSync) {
  const selectUser = database.prepare("SELECT document FROM users WHERE id = ?");
  const selectUsers = database.prepare("SELECT document FROM users ORDER BY id LIMIT ?");
  const countUsers = database.prepare("SELECT count(*) AS total FROM users");
  const selectRole = database.prepare("SELECT document FROM roles WHERE id = ?");
  const selectMapped = database.prepare(
    `SELECT DISTINCT roles.document FROM role_connection_maps AS map JOIN roles ON roles.id = map.role_id
     WHERE map.connection = ? AND map.group_name = ?`,
  );
  const dataVersion = database.prepare("PRAGMA data_version");
  const userCache = createCache<User>(selectUser, MAX_CACHED_USERS);
  const roleCache = createCache<Role>(selectRole, MAX_CACHED_ROLES);
  const mappedCache = createCache<Role>(selectMapped, MAX_CACHED_ROLES);
  let seenVersion: unknown;

  const clearCaches = () => {
    for (const { clear } of [userCache, roleCache, mappedCache]) clear();
  };
  return {
    user: (id: string): User | undefined => documentsOf<User>(selectUser, id)[0],
    users: (limit: number) => {
      return { users: documentsOf<User>(selectUsers, limit), total: Number(countUsers.get()?.total) };
    },
    /** Must be called after a load and after a rollback, because data read in the transaction may be wrong. */
    clearCaches,
    /** Must be called before a user is saved, because the statement may fail. */
    dropUser: (id: string): void => userCache.drop(id),
    /** Must be called after a user is saved. A rollback clears the caches. */
    keepUser: (user: User): void => userCache.keep([user], user.id),
    /** Must be called in each transaction before `found`. */
    refresh(): void {
      const version = dataVersion.get()?.data_version;
      if (version !== seenVersion) clearCaches();
      seenVersion = version;
    },
    found({ userId, connectionId, groups }: SyncKey): Found | undefined {
      const [user] = userCache.all(userId);
      if (!user) return undefined;
      const direct = (user.roles ?? []).flatMap(({ id }) => roleCache.all(id));
      const mapped = groups.flatMap((group) => mappedCache.all(connectionId, group));
      const roles = [...new Map([...direct, ...mapped].map((role) => [role.id, role])).values()];
      return { user, roles, mapped: new Set(mapped.map(({ id }) => id)) };
    },
  };
}

type Statement = ReturnType<DatabaseSync["prepare"]>;

function documentsOf<T>(statement: Statement, ...parameters: (string | number)[]): T[] {
  return statement.all(...parameters).map(({ document }) => JSON.parse(String(document)) as T);
}

/** Caches the documents that a statement selects, by its parameters. */
function createCache<T>(statement: Statement, maxEntries: number) {
  const cached = new Map<string, readonly T[]>();
  // No id, connection or group contains U+0000.
  const nameOf = (key: string[]) => key.join("\0");
  const keep = (documents: readonly T[], ...key: string[]): void => {
    if (cached.size >= maxEntries) cached.clear();
    cached.set(nameOf(key), documents);
  };
  return {
    all(...key: string[]): readonly T[] {
      const name = nameOf(key);
      const known = cached.get(name);
      if (known) return known;
      const documents = documentsOf<T>(statement, ...key);
      keep(documents, ...key);
      return documents;
    },
    keep,
    drop: (...key: string[]) => void cached.delete(nameOf(key)),
    clear: () => cached.clear(),
  };
}
