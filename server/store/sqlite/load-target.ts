import type { DatabaseSync } from "node:sqlite";
import type { Role, RoleConnectionMap } from "../../../generated/types.ts";
import { mappedFrom } from "../../directory/checked-directory.ts";
import type { LoadedUser, LoadTarget } from "../load.ts";

interface LoadSurroundings {
  /** Runs `work` in a transaction of its own. */
  inTransaction: <T>(work: () => T) => T;
  /** Told after each transaction. */
  onSaved: () => void;
}

export function sqliteLoadTarget(database: DatabaseSync, { inTransaction, onSaved }: LoadSurroundings): LoadTarget {
  const owner = database.prepare("SELECT user_id FROM identities WHERE connection = ? AND provider_user = ?");
  const [saveUser, saveRole, saveMap] = [userSaver(database), roleSaver(database), mapSaver(database)];
  return {
    async owned(claims) {
      return claims.flatMap((claim) => {
        const row = owner.get(claim.connection, claim.providerUser);
        return row ? [{ ...claim, userId: String(row.user_id) }] : [];
      });
    },
    async saveRoles(roles, maps) {
      const count = inTransaction(() => countOf(roles, saveRole) + countOf(maps, saveMap));
      onSaved();
      return count;
    },
    async saveUsers(users) {
      const count = inTransaction(() => countOf(users, saveUser));
      onSaved();
      return count;
    },
  };
}

function countOf<T>(items: readonly T[], save: (item: T) => boolean): number {
  return items.reduce((count, item) => count + Number(save(item)), 0);
}

/** An identity goes to who claims it: load.ts has seen to it that whoever had it gives it up in the same directory. */
function userSaver(database: DatabaseSync): (user: LoadedUser) => boolean {
  const upsert = database.prepare(
    `INSERT INTO users (id, document, loaded) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document, loaded = excluded.loaded WHERE loaded <> excluded.loaded`,
  );
  const forget = database.prepare("DELETE FROM identities WHERE user_id = ?");
  const remember = database.prepare(
    `INSERT INTO identities VALUES (?, ?, ?)
     ON CONFLICT (connection, provider_user) DO UPDATE SET user_id = excluded.user_id`,
  );
  return ({ id, document, loaded, claims }) => {
    if (upsert.run(id, document, loaded).changes === 0) return false;
    forget.run(id);
    for (const { connection, providerUser, userId } of claims) {
      remember.run(connection, providerUser, userId);
    }
    return true;
  };
}

function roleSaver(database: DatabaseSync): (role: Role) => boolean {
  const upsert = database.prepare(
    `INSERT INTO roles VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document WHERE document <> excluded.document`,
  );
  return (role) => upsert.run(role.id, JSON.stringify(role)).changes > 0;
}

function mapSaver(database: DatabaseSync): (map: RoleConnectionMap) => boolean {
  const upsert = database.prepare(
    `INSERT INTO role_connection_maps (id, document, role_id, connection, group_name) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document, role_id = excluded.role_id,
       connection = excluded.connection, group_name = excluded.group_name WHERE document <> excluded.document`,
  );
  return (map) => {
    const { connection, group } = mappedFrom(map);
    return upsert.run(map.id, JSON.stringify(map), map.roleId, connection, group).changes > 0;
  };
}
