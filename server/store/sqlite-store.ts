import type { DatabaseSync } from "node:sqlite";
import type { Role, User } from "../../generated/types.ts";
import { translated } from "./sqlite-errors.ts";
import { loaderOf } from "./sqlite-load.ts";
import { openDatabase } from "./sqlite-schema.ts";
import type { Decision, Found, Store, SyncKey } from "./store.ts";

/**
 * The embedded store: a SQLite file, or ":memory:". A saved user is on disk (WAL, synchronous=FULL) before `sync`
 * answers.
 * @throws StoreUnusable if the file can't be used.
 */
export function openSqliteStore(file: string): Store {
  const { database, release } = openDatabase(file);
  const read = readerOf(database);
  const save = database.prepare("UPDATE users SET document = ? WHERE id = ?");
  const alive = database.prepare("SELECT 1 FROM users LIMIT 1");
  const load = loaderOf(database);
  // A load shares the connection, and waits for its source inside its transaction: syncs wait for the load.
  let loading: Promise<unknown> = Promise.resolve();

  const syncNow = <T>(key: SyncKey, change: (found: Found | undefined) => Decision<T>): T => {
    const { user, answer } = change(read.found(key));
    if (user) save.run(JSON.stringify(user), user.id);
    return answer;
  };
  return {
    async sync(key, change) {
      await loading;
      return inTransaction(database, () => syncNow(key, change));
    },
    load(entries) {
      const loaded = loading.then(() => load(entries));
      loading = loaded.catch(() => {});
      return loaded;
    },
    async user(id) {
      await loading;
      return read.user(id);
    },
    async ready() {
      try {
        alive.get();
      } catch (error) {
        throw translated(error);
      }
    },
    async close() {
      await loading;
      database.close();
      release();
    },
  };
}

/** Runs `work` under the write lock; everything it saved is undone if it throws. */
function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec("BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw translated(error);
  }
}

function readerOf(database: DatabaseSync) {
  const users = database.prepare("SELECT document FROM users WHERE id = ?");
  const assigned = database.prepare("SELECT document FROM roles WHERE id IN (SELECT value FROM json_each(?))");
  const granted = database.prepare(
    `SELECT DISTINCT roles.document FROM role_connection_maps AS map JOIN roles ON roles.id = map.role_id
     WHERE map.connection = ? AND map.group_name IN (SELECT value FROM json_each(?))`,
  );
  const rolesIn = (rows: Record<string, unknown>[]): Role[] => rows.map(({ document }) => JSON.parse(String(document)));

  const user = (id: string): User | undefined => {
    const row = users.get(id);
    return row && (JSON.parse(String(row.document)) as User);
  };
  const found = ({ userId, connectionId, groups }: SyncKey): Found | undefined => {
    const stored = user(userId);
    if (!stored) return undefined;
    const direct = rolesIn(assigned.all(JSON.stringify((stored.roles ?? []).map(({ id }) => id))));
    const mapped = rolesIn(granted.all(connectionId, JSON.stringify(groups)));
    const roles = [...new Map([...direct, ...mapped].map((role) => [role.id, role])).values()];
    return { user: stored, roles, mapped: new Set(mapped.map(({ id }) => id)) };
  };
  return { user, found };
}
