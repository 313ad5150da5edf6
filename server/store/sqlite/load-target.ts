import type { DatabaseSync } from "node:sqlite";
import type { Role, RoleConnectionMap } from "../../../generated/types.ts";
import { mappedFrom } from "../../directory/directory.ts";
import type { LoadedUser, LoadTarget } from "../load.ts";

type Save<T> = (item: T) => boolean;

/** @param saving Runs a function in a separate transaction. */
export function sqliteLoadTarget(database: DatabaseSync, saving: <T>(save: () => T) => T): LoadTarget {
  const owner = database.prepare("SELECT user_id FROM identities WHERE connection = ? AND provider_user = ?");
  const [saveUser, saveRole, saveMap] = [userSaver(database), roleSaver(database), mapSaver(database)];
  return {
    async owned(claims) {
      return claims.flatMap((claim) => {
        const row = owner.get(claim.connection, claim.providerUser);
        return row ? [{ ...claim, userId: String(row.user_id) }] : [];
      });
    },
    saveRoles: async (roles, maps) => saving(() => countSaved(roles, saveRole) + countSaved(maps, saveMap)),
    saveUsers: async (users) => saving(() => countSaved(users, saveUser)),
  };
}

function countSaved<T>(items: readonly T[], save: Save<T>): number {
  return items.filter(save).length;
}

/** An identity moves to the user that claims it; load.ts has checked that its previous owner is in the directory too. */
function userSaver(database: DatabaseSync): Save<LoadedUser> {
  const upsert = database.prepare(
    `INSERT INTO users (id, document, loaded) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document, loaded = excluded.loaded WHERE loaded <> excluded.loaded`,
  );
  const deleteIdentities = database.prepare("DELETE FROM identities WHERE user_id = ?");
  const upsertIdentity = database.prepare(
    `INSERT INTO identities VALUES (?, ?, ?)
     ON CONFLICT (connection, provider_user) DO UPDATE SET user_id = excluded.user_id`,
  );
  return ({ id, document, loaded, claims }) => {
    if (upsert.run(id, document, loaded).changes === 0) return false;
    deleteIdentities.run(id);
    for (const { connection, providerUser } of claims) upsertIdentity.run(connection, providerUser, id);
    return true;
  };
}

function roleSaver(database: DatabaseSync): Save<Role> {
  const upsert = database.prepare(
    `INSERT INTO roles VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document WHERE document <> excluded.document`,
  );
  return (role) => upsert.run(role.id, JSON.stringify(role)).changes > 0;
}

function mapSaver(database: DatabaseSync): Save<RoleConnectionMap> {
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
