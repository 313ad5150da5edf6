import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Role, RoleConnectionMap, User } from "../../generated/types.ts";
import { isBlank } from "../identity/text.ts";
import { translated } from "./sqlite-errors.ts";
import { type DirectoryEntry, DirectoryRefused, type LoadCount } from "./store.ts";

/** Loads a directory in one transaction; see Store.load. */
export function loaderOf(database: DatabaseSync): (entries: AsyncIterable<DirectoryEntry>) => Promise<LoadCount> {
  // Identities wait here until all users are in, so that one may move between two users of the same load.
  database.exec("CREATE TEMP TABLE pending (connection TEXT, provider_user TEXT, user_id TEXT)");
  const saves = { user: saveUser(database), role: saveRole(database), map: saveMap(database) };
  const save = (entry: DirectoryEntry): boolean => {
    if ("user" in entry) return saves.user(entry.user);
    return "role" in entry ? saves.role(entry.role) : saves.map(entry.roleConnectionMap);
  };
  return async (entries) => {
    const count = { changed: 0, total: 0 };
    try {
      database.exec("BEGIN IMMEDIATE");
      for await (const entry of entries) {
        count.total += 1;
        if (save(entry)) count.changed += 1;
      }
      settleIdentities(database);
      database.exec("COMMIT");
      return count;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw translated(error);
    }
  };
}

/**
 * A user counts as changed only if its entry differs from the one loaded before: a restart with the same file keeps
 * what syncs have stored since.
 */
function saveUser(database: DatabaseSync): (user: User) => boolean {
  const upsert = database.prepare(
    `INSERT INTO users (id, document, loaded) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document, loaded = excluded.loaded WHERE loaded <> excluded.loaded`,
  );
  const forget = database.prepare("DELETE FROM identities WHERE user_id = ?");
  const remember = database.prepare("INSERT INTO pending VALUES (?, ?, ?)");
  return (user) => {
    const document = textOf(user);
    const loaded = createHash("sha256").update(document).digest("base64url");
    if (upsert.run(user.id, document, loaded).changes === 0) return false;
    forget.run(user.id);
    for (const { azoConnectionId, azoUserId } of user.identities ?? []) {
      if (azoConnectionId && azoUserId) remember.run(azoConnectionId, azoUserId, user.id);
    }
    return true;
  };
}

/** JSON.stringify ends near 5,000 levels, and free JSON objects may have more. */
function textOf(user: User): string {
  try {
    return JSON.stringify(user);
  } catch {
    throw new DirectoryRefused([`user ${user.id}: is nested too deeply`]);
  }
}

function saveRole(database: DatabaseSync): (role: Role) => boolean {
  const upsert = database.prepare(
    `INSERT INTO roles VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document WHERE document <> excluded.document`,
  );
  return (role) => upsert.run(role.id, JSON.stringify(role)).changes > 0;
}

/** A blank connection or group matches nothing, so it is kept as null; the groups of a request are trimmed. */
function saveMap(database: DatabaseSync): (map: RoleConnectionMap) => boolean {
  const upsert = database.prepare(
    `INSERT INTO role_connection_maps (id, document, role_id, connection, group_name) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document, role_id = excluded.role_id,
       connection = excluded.connection, group_name = excluded.group_name WHERE document <> excluded.document`,
  );
  return (map) => {
    const connection = isBlank(map.azoConnectionId) ? null : map.azoConnectionId;
    const group = isBlank(map.groupName) ? null : map.groupName.trim();
    return upsert.run(map.id, JSON.stringify(map), map.roleId, connection, group).changes > 0;
  };
}

function settleIdentities(database: DatabaseSync): void {
  const taken = database
    .prepare(
      `SELECT pending.user_id AS loading, identities.user_id AS stored, connection, provider_user
       FROM pending JOIN identities USING (connection, provider_user) WHERE pending.user_id <> identities.user_id`,
    )
    .all();
  if (taken.length > 0) {
    throw new DirectoryRefused(
      taken.map(
        ({ loading, stored, connection, provider_user }) =>
          `user ${loading}: its identity (${connection}, ${provider_user}) belongs to the stored user ${stored}`,
      ),
    );
  }
  database.exec("INSERT OR IGNORE INTO identities SELECT * FROM pending; DELETE FROM pending;");
}
