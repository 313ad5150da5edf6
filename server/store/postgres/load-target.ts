import type { Role, RoleConnectionMap } from "../../../generated/types.ts";
import { mappedFrom } from "../../directory/checked-directory.ts";
import type { LoadedUser, LoadTarget } from "../load.ts";
import { BEGIN, ROLLBACK, type Row, type Send, type Statement, type Work } from "./transaction.ts";

/** Runs `work` as one transaction, again where the database undid it. */
export type Transact = <T>(work: (send: Send) => Promise<Work<T>>) => Promise<T>;

/** A batch may take longer than a sync, and wait longer for the users that are being synced. */
const PATIENCE: Statement[] = [
  { text: "SET LOCAL statement_timeout = '60s'" },
  { text: "SET LOCAL lock_timeout = '10s'" },
];
const COMMIT: Statement = { text: "COMMIT" };

/**
 * Each batch is a few statements over lists. What is as it was is neither written nor locked; what is written is so in
 * the order of its ids, so that two who write the same wait for each other and not crosswise.
 */
export function postgresLoadTarget(transact: Transact): LoadTarget {
  return {
    owned(claims) {
      return transact(async (send) => {
        const lists = [claims.map(({ connection }) => connection), claims.map(({ providerUser }) => providerUser)];
        const [found] = await send({ ...OWNED, values: lists });
        return { value: (found?.rows ?? []).map(ownerIn) };
      });
    },
    saveRoles(roles, maps) {
      return transact(async (send) => {
        const [, , , savedRoles, savedMaps] = await send(
          BEGIN,
          ...PATIENCE,
          rolesSaved(roles),
          mapsSaved(maps),
          COMMIT,
        );
        return { value: (savedRoles?.rowCount ?? 0) + (savedMaps?.rowCount ?? 0) };
      });
    },
    saveUsers(users) {
      return transact(async (send) => {
        const same = { ...SAME, values: [users.map(({ id }) => id), users.map(({ loaded }) => loaded)] };
        const [, , , known] = await send(BEGIN, ...PATIENCE, same);
        const unchanged = new Set((known?.rows ?? []).map(({ id }) => id));
        const changed = users.filter(({ id }) => !unchanged.has(id));
        if (changed.length === 0) return { value: 0, rest: send(ROLLBACK) };
        const [saved] = await send(usersSaved(changed), identitiesForgotten(changed), identitiesSaved(changed), COMMIT);
        return { value: saved?.rowCount ?? 0 };
      });
    },
  };
}

const OWNED = {
  name: "nexus-owned",
  text: `SELECT stored.connection, stored.provider_user, stored.user_id FROM nexus_sync_identities AS stored
    JOIN unnest($1::text[], $2::text[]) AS given (connection, provider_user)
      ON stored.connection = given.connection AND stored.provider_user = given.provider_user`,
};

const SAME = {
  name: "nexus-same",
  text: `SELECT stored.id FROM nexus_sync_users AS stored
    JOIN unnest($1::text[], $2::text[]) AS given (id, loaded) ON stored.id = given.id AND stored.loaded = given.loaded`,
};

function ownerIn({ connection = "", provider_user = "", user_id = "" }: Row) {
  return { connection, providerUser: provider_user, userId: user_id };
}

function rolesSaved(roles: readonly Role[]): Statement {
  const text = `
    INSERT INTO nexus_sync_roles (id, document)
    SELECT given.id, given.document FROM unnest($1::text[], $2::text[]) AS given (id, document)
    WHERE NOT EXISTS (SELECT 1 FROM nexus_sync_roles AS stored
                      WHERE stored.id = given.id AND stored.document = given.document)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET document = excluded.document`;
  return { text, values: [roles.map(({ id }) => id), roles.map((role) => JSON.stringify(role))] };
}

function mapsSaved(maps: readonly RoleConnectionMap[]): Statement {
  const text = `
    INSERT INTO nexus_sync_role_connection_maps (id, document, role_id, connection, group_name)
    SELECT given.id, given.document, given.role_id, given.connection, given.group_name
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
      AS given (id, document, role_id, connection, group_name)
    WHERE NOT EXISTS (SELECT 1 FROM nexus_sync_role_connection_maps AS stored
                      WHERE stored.id = given.id AND stored.document = given.document)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET document = excluded.document, role_id = excluded.role_id,
      connection = excluded.connection, group_name = excluded.group_name`;
  const places = maps.map(mappedFrom);
  const values = [maps.map(({ id }) => id), maps.map((map) => JSON.stringify(map)), maps.map(({ roleId }) => roleId)];
  return { text, values: [...values, places.map(({ connection }) => connection), places.map(({ group }) => group)] };
}

/** The lists of role ids travel as JSON, for a list of lists must be rectangular. */
function usersSaved(users: readonly LoadedUser[]): Statement {
  const text = `
    INSERT INTO nexus_sync_users (id, document, loaded, role_ids)
    SELECT given.id, given.document, given.loaded, ARRAY(SELECT jsonb_array_elements_text(given.role_ids::jsonb))
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (id, document, loaded, role_ids)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET document = excluded.document, loaded = excluded.loaded, role_ids = excluded.role_ids
      WHERE nexus_sync_users.loaded <> excluded.loaded`;
  const lists = [users.map(({ id }) => id), users.map(({ document }) => document), users.map(({ loaded }) => loaded)];
  return { name: "nexus-load", text, values: [...lists, users.map(({ roleIds }) => JSON.stringify(roleIds))] };
}

function identitiesForgotten(users: readonly LoadedUser[]): Statement {
  return {
    text: "DELETE FROM nexus_sync_identities WHERE user_id = ANY ($1::text[])",
    values: [users.map(({ id }) => id)],
  };
}

/** An identity goes to who claims it: load.ts has seen to it that whoever had it gives it up in the same directory. */
function identitiesSaved(users: readonly LoadedUser[]): Statement {
  const text = `
    INSERT INTO nexus_sync_identities (connection, provider_user, user_id)
    SELECT DISTINCT given.connection, given.provider_user, given.user_id
    FROM unnest($1::text[], $2::text[], $3::text[]) AS given (connection, provider_user, user_id)
    ORDER BY given.connection, given.provider_user
    ON CONFLICT (connection, provider_user) DO UPDATE SET user_id = excluded.user_id`;
  const claims = users.flatMap((user) => user.claims);
  const lists = [claims.map(({ connection }) => connection), claims.map(({ providerUser }) => providerUser)];
  return { text, values: [...lists, claims.map(({ userId }) => userId)] };
}
