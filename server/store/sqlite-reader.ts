import type { DatabaseSync } from "node:sqlite";
import type { Role, User } from "../../generated/types.ts";
import type { Found, SyncKey } from "./store.ts";

/** Roles and groups remembered at a time; beyond it all are forgotten. */
const MOST_REMEMBERED = 10_000;

type Statement = ReturnType<DatabaseSync["prepare"]>;

/**
 * Reads users, and the roles that a sign-in can reach. Roles and maps change with a directory only, so they are
 * remembered: until `forgetRoles`, or until another connection has written, which `data_version` tells.
 */
export function createReader(database: DatabaseSync) {
  const users = database.prepare("SELECT document FROM users WHERE id = ?");
  const version = database.prepare("PRAGMA data_version");
  const role = createMemory<Role>(database.prepare("SELECT document FROM roles WHERE id = ?"));
  const granted = createMemory<Role>(
    database.prepare(
      `SELECT DISTINCT roles.document FROM role_connection_maps AS map JOIN roles ON roles.id = map.role_id
       WHERE map.connection = ? AND map.group_name = ?`,
    ),
  );
  let seenVersion: unknown;

  const forgetRoles = () => {
    role.forget();
    granted.forget();
  };
  const user = (id: string): User | undefined => {
    const row = users.get(id);
    return row && (JSON.parse(String(row.document)) as User);
  };
  return {
    user,
    forgetRoles,
    /** To be called in each transaction, before `found`. */
    refresh(): void {
      const now = version.get()?.data_version;
      if (now !== seenVersion) forgetRoles();
      seenVersion = now;
    },
    found({ userId, connectionId, groups }: SyncKey): Found | undefined {
      const stored = user(userId);
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
