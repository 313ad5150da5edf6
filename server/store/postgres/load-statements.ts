import type { Role, RoleConnectionMap } from "../../../generated/types.ts";
import { mappedFrom } from "../../directory/directory.ts";
import type { Claim } from "../../directory/scratch-database.ts";
import type { LoadedUser } from "../load.ts";
import type { Statement } from "./transaction.ts";

// Each statement takes one array per column. Unchanged rows are not written. Rows are written in the order of their ids, so
// that two transactions that write the same rows can't deadlock.

/** One array for each of the named properties. */
function columns<T>(rows: readonly T[], names: readonly (keyof T)[]): unknown[] {
  return names.map((name) => rows.map((row) => row[name]));
}

export function ownedIdentities(claims: readonly Claim[]): Statement {
  const text = `
    SELECT stored.connection, stored.provider_user, stored.user_id FROM nexus_sync_identities AS stored
    JOIN unnest($1::text[], $2::text[]) AS given (connection, provider_user)
      ON stored.connection = given.connection AND stored.provider_user = given.provider_user`;
  return { name: "nexus-owned", text, values: columns(claims, ["connection", "providerUser"]) };
}

export function unchangedUsers(users: readonly LoadedUser[]): Statement {
  const text = `
    SELECT stored.id FROM nexus_sync_users AS stored
    JOIN unnest($1::text[], $2::text[]) AS given (id, loaded) ON stored.id = given.id AND stored.loaded = given.loaded`;
  return { name: "nexus-unchanged", text, values: columns(users, ["id", "loaded"]) };
}

export function savedRoles(roles: readonly Role[]): Statement {
  const text = `
    INSERT INTO nexus_sync_roles (id, document)
    SELECT given.id, given.document FROM unnest($1::text[], $2::text[]) AS given (id, document)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET document = excluded.document WHERE nexus_sync_roles.document <> excluded.document`;
  const rows = roles.map((role) => ({ id: role.id, document: JSON.stringify(role) }));
  return { text, values: columns(rows, ["id", "document"]) };
}

export function savedMaps(maps: readonly RoleConnectionMap[]): Statement {
  const text = `
    INSERT INTO nexus_sync_role_connection_maps (id, document, role_id, connection, group_name)
    SELECT given.id, given.document, given.role_id, given.connection, given.group_name
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
      AS given (id, document, role_id, connection, group_name)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET document = excluded.document, role_id = excluded.role_id,
      connection = excluded.connection, group_name = excluded.group_name
      WHERE nexus_sync_role_connection_maps.document <> excluded.document`;
  const rows = maps.map((map) => ({ ...map, ...mappedFrom(map), document: JSON.stringify(map) }));
  return { text, values: columns(rows, ["id", "document", "roleId", "connection", "group"]) };
}

export function savedUsers(users: readonly LoadedUser[]): Statement {
  const text = `
    INSERT INTO nexus_sync_users (id, document, loaded, role_ids)
    SELECT given.id, given.document, given.loaded, ARRAY(SELECT jsonb_array_elements_text(given.role_ids::jsonb))
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (id, document, loaded, role_ids)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET document = excluded.document, loaded = excluded.loaded, role_ids = excluded.role_ids
      WHERE nexus_sync_users.loaded <> excluded.loaded`;
  // As JSON, because SQL arrays of arrays must be rectangular.
  const roleIds = users.map((user) => JSON.stringify(user.roleIds));
  return { name: "nexus-load", text, values: [...columns(users, ["id", "document", "loaded"]), roleIds] };
}

export function deletedIdentities(users: readonly LoadedUser[]): Statement {
  const text = "DELETE FROM nexus_sync_identities WHERE user_id = ANY ($1::text[])";
  return { text, values: columns(users, ["id"]) };
}

/** An identity moves to the user that claims it; ../load.ts has checked that its owner is in the directory too. */
export function savedIdentities(users: readonly LoadedUser[]): Statement {
  const text = `
    INSERT INTO nexus_sync_identities (connection, provider_user, user_id)
    SELECT DISTINCT given.connection, given.provider_user, given.user_id
    FROM unnest($1::text[], $2::text[], $3::text[]) AS given (connection, provider_user, user_id)
    ORDER BY given.connection, given.provider_user
    ON CONFLICT (connection, provider_user) DO UPDATE SET user_id = excluded.user_id`;
  const claims = users.flatMap((user) => user.claims);
  return { text, values: columns(claims, ["connection", "providerUser", "userId"]) };
}
