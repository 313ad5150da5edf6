import type { Role, User } from "../../../generated/types.ts";
import { roleIdsOf } from "../../directory/checked-directory.ts";
import type { Decision, Found, SyncKey } from "../store.ts";
import { BEGIN, ROLLBACK, type Row, type Send, type Statement, type Work } from "./transaction.ts";

/**
 * One sync in two round trips: lock the user's row and read, then save and commit; where nothing is saved, in one. The
 * work's value tells the outcome: it throws what `change` threw.
 */
export async function syncIn<T>(
  send: Send,
  key: SyncKey,
  change: (found: Found | undefined) => Decision<T>,
): Promise<Work<() => T>> {
  const [, users, roles] = await send(BEGIN, lockedUser(key.userId), reachableRoles(key));
  const { tell, save } = outcomeOf(() => change(foundIn(users?.rows[0], roles?.rows ?? [])));
  // A rollback does not wait for the disk, as the commit of a lock would.
  if (!save) return { value: tell, rest: send(ROLLBACK) };
  // Where the save fails, so does this, for its transaction has ended: the COMMIT that follows is a rollback.
  await send(save, { text: "COMMIT" });
  return { value: tell };
}

/** Prepared by name: parsed and planned once a connection. */
export function storedUser(userId: string): Statement {
  return { name: "nexus-user", text: "SELECT document FROM nexus_sync_users WHERE id = $1", values: [userId] };
}

export function firstUsers(limit: number): Statement {
  return { text: "SELECT document FROM nexus_sync_users ORDER BY id LIMIT $1", values: [limit] };
}

/** FOR UPDATE waits for a sync under way, then reads what it saved; on a replica it is an error (25006). */
function lockedUser(userId: string): Statement {
  const text = "SELECT document FROM nexus_sync_users WHERE id = $1 FOR UPDATE";
  return { name: "nexus-locked-user", text, values: [userId] };
}

/** A statement of its own, after the lock: it sees the user as the lock found it. */
function reachableRoles({ userId, connectionId, groups }: SyncKey): Statement {
  const text = `
    SELECT document, 'assigned' AS source FROM nexus_sync_roles
    WHERE id = ANY ((SELECT role_ids FROM nexus_sync_users WHERE id = $1)::text[])
    UNION ALL
    SELECT document, 'mapped' FROM nexus_sync_roles WHERE id IN (
      SELECT role_id FROM nexus_sync_role_connection_maps WHERE connection = $2 AND group_name = ANY ($3::text[]))`;
  return { name: "nexus-roles", text, values: [userId, connectionId, groups] };
}

/** The role ids are kept beside the document, so that the roles are found without a look into it. */
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

/** What `change` throws is no failure of the database: it must not be repeated, or be taken for one. */
function outcomeOf<T>(decide: () => Decision<T>): { tell: () => T; save?: Statement } {
  try {
    const { user, answer } = decide();
    return { tell: () => answer, ...(user && { save: savedUser(user) }) };
  } catch (error) {
    return {
      tell: () => {
        throw error;
      },
    };
  }
}
