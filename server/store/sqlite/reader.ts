import type { DatabaseSync } from "node:sqlite";
import type { Role, User } from "../../../generated/types.ts";
import type { Found, SyncKey } from "../store.ts";

/** Roles and groups remembered at a time; beyond it all are forgotten. */
const MOST_REMEMBERED = 10_000;
/** Users, whose documents are larger. */
const MOST_USERS = 1_000;

type Statement = ReturnType<DatabaseSync["prepare"]>;

/**
 * Reads users, and the roles that a sign-in can reach. What has been read is remembered, parsed: until `forget`, or until
 * another connection has written, which `data_version` tells. A user is forgotten before it is saved.
 */
export function createReader(database: DatabaseSync) {
  const select = database.prepare("SELECT document FROM users WHERE id = ?");
  const first = database.prepare("SELECT document FROM users ORDER BY id LIMIT ?");
  const count = database.prepare("SELECT count(*) AS total FROM users");
  const version = database.prepare("PRAGMA data_version");
  const role = createMemory<Role>(database.prepare("SELECT document FROM roles WHERE id = ?"));
  const granted = createMemory<Role>(
    database.prepare(
      `SELECT DISTINCT roles.document FROM role_connection_maps AS map JOIN roles ON roles.id = map.role_id
       WHERE map.connection = ? AND map.group_name = ?`,
    ),
  );
  const remembered = new Map<string, User>();
  let seenVersion: unknown;

  const forget = () => {
    remembered.clear();
    role.forget();
    granted.forget();
  };
  const user = (id: string): User | undefined => {
    const row = select.get(id);
    return row && (JSON.parse(String(row.document)) as User);
  };
  const rememberedUser = (id: string): User | undefined => {
    const known = remembered.get(id);
    if (known) return known;
    const found = user(id);
    if (remembered.size >= MOST_USERS) remembered.clear();
    if (found) remembered.set(id, found);
    return found;
  };
  return {
    user,
    users(limit: number): { users: User[]; total: number } {
      const users = first.all(limit).map(({ document }) => JSON.parse(String(document)) as User);
      return { users, total: Number(count.get()?.total) };
    },
    forget,
    /** To be called before a user is saved, whatever becomes of the transaction. */
    forgetUser: (id: string) => void remembered.delete(id),
    /** To be called in each transaction, before `found`. */
    refresh(): void {
      const now = version.get()?.data_version;
      if (now !== seenVersion) forget();
      seenVersion = now;
    },
    found({ userId, connectionId, groups }: SyncKey): Found | undefined {
      const stored = rememberedUser(userId);
      if (!stored) return undefined;
      const direct = (stored.roles ?? []).flatMap(({ id }) => role.all(id));
      const mapped = groups.flatMap((group) => granted.all(connectionId, group));
      const roles = [...new Map([...direct, ...mapped].map((one) => [one.id, one])).values()];
      return { user: stored, roles, mapped: new Set(mapped.map(({ id }) => id)) };
    },
  };
}

/** The documents that a statement finds, each looked for once. */
function createMemory<T>(statement: Statement) {
  const remembered = new Map<string, readonly T[]>();
  return {
    all(...key: string[]): readonly T[] {
      const name = key.length === 1 ? (key[0] ?? "") : JSON.stringify(key);
      const known = remembered.get(name);
      if (known) return known;
      const found = statement.all(...key).map(({ document }) => JSON.parse(String(document)) as T);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(name, found);
      return found;
    },
    forget: () => remembered.clear(),
  };
}
