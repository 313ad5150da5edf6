import type { User } from "../../../generated/types.ts";
import { roleIdsOf } from "../../directory/directory.ts";
import type { SyncKey } from "../store.ts";
import type { Statement } from "./transaction.ts";

// A sync that is alone in its transaction has statements of its own, which are faster than those for several users.

export function storedUser(userId: string): Statement {
  return { name: "nexus-user", text: "SELECT document FROM nexus_sync_users WHERE id = $1", values: [userId] };
}

/** Waits for a transaction that has locked the user, and reads what it committed. On a replica it is an error (25006). */
export function lockedUser(userId: string): Statement {
  const text = "SELECT id, document FROM nexus_sync_users WHERE id = $1 FOR UPDATE";
  return { name: "nexus-locked-user", text, values: [userId] };
}

/** Locks the users that no other transaction has locked, in order of their ids. */
export function unlockedUsers(keys: readonly SyncKey[]): Statement {
  const userIds = keys.map(({ userId }) => userId);
  const [only] = userIds;
  if (userIds.length === 1) {
    const text = "SELECT id, document FROM nexus_sync_users WHERE id = $1 FOR UPDATE SKIP LOCKED";
    return { name: "nexus-unlocked-user", text, values: [only] };
  }
  const text = `
    SELECT id, document FROM nexus_sync_users WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE SKIP LOCKED`;
  return { name: "nexus-unlocked-users", text, values: [userIds] };
}

/** The roles that each sign-in can reach. A separate statement after the lock, so that it sees the locked users. */
export function reachableRoles(keys: readonly SyncKey[]): Statement {
  const [only] = keys;
  return keys.length === 1 && only ? rolesOfOne(only) : rolesOfAll(keys);
}

function rolesOfOne({ userId, connectionId, groups }: SyncKey): Statement {
  const text = `
    SELECT $1::text AS user_id, document, 'assigned' AS source FROM nexus_sync_roles
    WHERE id = ANY ((SELECT role_ids FROM nexus_sync_users WHERE id = $1)::text[])
    UNION ALL
    SELECT $1::text, document, 'mapped' FROM nexus_sync_roles WHERE id IN (
      SELECT role_id FROM nexus_sync_role_connection_maps WHERE connection = $2 AND group_name = ANY ($3::text[]))`;
  return { name: "nexus-roles", text, values: [userId, connectionId, groups] };
}

function rolesOfAll(keys: readonly SyncKey[]): Statement {
  const text = `
    SELECT users.id AS user_id, roles.document, 'assigned' AS source
    FROM nexus_sync_users AS users CROSS JOIN unnest(users.role_ids) AS assigned (id)
    JOIN nexus_sync_roles AS roles ON roles.id = assigned.id
    WHERE users.id = ANY ($1::text[])
    UNION ALL
    SELECT given.user_id, roles.document, 'mapped'
    FROM unnest($2::text[], $3::text[], $4::text[]) AS given (user_id, connection, group_name)
    JOIN nexus_sync_role_connection_maps AS maps
      ON maps.connection = given.connection AND maps.group_name = given.group_name
    JOIN nexus_sync_roles AS roles ON roles.id = maps.role_id`;
  const asserted = keys.flatMap(({ userId, connectionId, groups }) => {
    return groups.map((group) => [userId, connectionId, group] as const);
  });
  const columns = [0, 1, 2].map((column) => asserted.map((row) => row[column]));
  return { name: "nexus-roles-of-all", text, values: [keys.map(({ userId }) => userId), ...columns] };
}

export function syncedUsers(users: readonly User[]): Statement {
  const [only] = users;
  if (users.length === 1 && only) {
    const text = "UPDATE nexus_sync_users SET document = $2, role_ids = $3 WHERE id = $1";
    return { name: "nexus-save", text, values: [only.id, JSON.stringify(only), roleIdsOf(only)] };
  }
  const text = `
    UPDATE nexus_sync_users AS stored
    SET document = given.document, role_ids = ARRAY(SELECT jsonb_array_elements_text(given.role_ids::jsonb))
    FROM unnest($1::text[], $2::text[], $3::text[]) AS given (id, document, role_ids) WHERE stored.id = given.id`;
  const ids = users.map(({ id }) => id);
  // As JSON, because SQL arrays of arrays must be rectangular.
  const roleIds = users.map((user) => JSON.stringify(roleIdsOf(user)));
  return { name: "nexus-save-all", text, values: [ids, users.map((user) => JSON.stringify(user)), roleIds] };
}
