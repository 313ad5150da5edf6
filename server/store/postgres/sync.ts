import type { Role, User } from "../../../generated/types.ts";
import { roleIdsOf } from "../../directory/directory.ts";
import type { Decision, Found, SyncKey } from "../store.ts";
import { BEGIN, COMMIT, type Row, rollBack, type Send, type Statement } from "./transaction.ts";

/**
 * One sync: the first round trip locks the user's row and reads, the second saves and commits; it is omitted if nothing
 * changes. The returned function returns the result of `change` or throws its error, which is not a database error.
 */
export async function syncIn<T>(
  send: Send,
  key: SyncKey,
  change: (found: Found | undefined) => Decision<T>,
): Promise<() => T> {
  const [, users, roles] = await send(BEGIN, lockedUser(key.userId), reachableRoles(key));
  const { outcome, changed } = decided(() => change(foundIn(users?.rows[0], roles?.rows ?? [])));
  // If the save fails, COMMIT acts as a rollback, and `send` rejects with the error of the save.
  if (changed) await send(savedUser(changed), COMMIT);
  // Unlike the commit of a locked row, a rollback does not wait for the disk.
  else rollBack(send);
  return outcome;
}

function decided<T>(decide: () => Decision<T>): { outcome: () => T; changed?: User | undefined } {
  try {
    const { user, result } = decide();
    return { outcome: () => result, changed: user };
  } catch (error) {
    const rethrow = () => {
      throw error;
    };
    return { outcome: rethrow };
  }
}

export function storedUser(userId: string): Statement {
  return { name: "nexus-user", text: "SELECT document FROM nexus_sync_users WHERE id = $1", values: [userId] };
}

/** Waits for a sync in progress and reads what it committed. On a replica it is an error (25006). */
function lockedUser(userId: string): Statement {
  const text = "SELECT document FROM nexus_sync_users WHERE id = $1 FOR UPDATE";
  return { name: "nexus-locked-user", text, values: [userId] };
}

/** A separate statement after the lock, so that it sees the locked version of the user. */
function reachableRoles({ userId, connectionId, groups }: SyncKey): Statement {
  const text = `
    SELECT document, 'assigned' AS source FROM nexus_sync_roles
    WHERE id = ANY ((SELECT role_ids FROM nexus_sync_users WHERE id = $1)::text[])
    UNION ALL
    SELECT document, 'mapped' FROM nexus_sync_roles WHERE id IN (
      SELECT role_id FROM nexus_sync_role_connection_maps WHERE connection = $2 AND group_name = ANY ($3::text[]))`;
  return { name: "nexus-roles", text, values: [userId, connectionId, groups] };
}

function savedUser(user: User): Statement {
  const text = "UPDATE nexus_sync_users SET document = $2, role_ids = $3 WHERE id = $1";
  return { name: "nexus-save", text, values: [user.id, JSON.stringify(user), roleIdsOf(user)] };
}

function foundIn(user: Row | undefined, rows: Row[]): Found | undefined {
  if (user?.document === undefined) return undefined;
  const roles = new Map<string, Role>();
  const mapped = new Set<string>();
  for (const { document = "", source } of rows) {
    const role = JSON.parse(document) as Role;
    roles.set(role.id, role);
    if (source === "mapped") mapped.add(role.id);
  }
  return { user: JSON.parse(user.document) as User, roles: [...roles.values()], mapped };
}
