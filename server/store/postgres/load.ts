import pg from "pg";
import type { LoadTarget } from "../load.ts";
import { translated } from "./errors.ts";
import {
  deletedIdentities,
  ownedIdentities,
  savedIdentities,
  savedMaps,
  savedRoles,
  savedUsers,
  unchangedUsers,
} from "./load-statements.ts";
import { clientConfig, type PostgresOptions } from "./pool.ts";
import { BEGIN, COMMIT, rollBack, type Send, type Statement, withRetries } from "./transaction.ts";

const LOCK = "SELECT name FROM nexus_sync_state WHERE name = 'load' FOR UPDATE";
/** Milliseconds. The database releases the lock of a server that disappeared without closing its connection. */
const LOCK_MS = 600_000;
const CONNECT_MS = 5_000;

/**
 * Runs `load` while no other server loads: two concurrent loads could both find an identity unused. The lock is a row,
 * held on a connection outside the pool for at most ten minutes. If the lock is lost, the load continues; each batch is
 * valid by itself.
 */
export async function withLoadLock<T>(
  options: PostgresOptions,
  warn: (error: unknown) => void,
  load: () => Promise<T>,
): Promise<T> {
  // The connections of the start may not have ended yet, and the role may have few.
  const client = await withRetries(() => connected(options, warn), { withinMs: CONNECT_MS });
  try {
    await lock(client, options.log);
    return await load();
  } finally {
    // Releases the lock. Not awaited, because an unreachable database would not respond.
    client.end().catch(warn);
  }
}

async function connected(options: PostgresOptions, warn: (error: unknown) => void): Promise<pg.Client> {
  const client = new pg.Client({
    ...clientConfig(options),
    // No limit on the wait for another server's load.
    ...{ statement_timeout: false, lock_timeout: undefined, idle_in_transaction_session_timeout: LOCK_MS },
  });
  client.on("error", warn);
  await client.connect();
  return client;
}

async function lock(client: pg.Client, log: PostgresOptions["log"]): Promise<void> {
  try {
    await client.query("BEGIN");
    const { rowCount } = await client.query(`${LOCK} SKIP LOCKED`);
    if (rowCount) return;
    log?.info("Another server is loading a directory; waiting for it to finish.");
    await client.query(LOCK);
  } catch (error) {
    throw translated(error);
  }
}

/** A batch may run longer than a sync, and wait longer for rows that syncs have locked. */
const BEGIN_BATCH: Statement[] = [
  BEGIN,
  { text: "SET LOCAL statement_timeout = '60s'" },
  { text: "SET LOCAL lock_timeout = '10s'" },
];

/** @param transact Runs `work` as one transaction and retries conflicts. */
export function postgresLoadTarget(transact: <T>(work: (send: Send) => Promise<T>) => Promise<T>): LoadTarget {
  return {
    owned: (claims) =>
      transact(async (send) => {
        const [owned] = await send(ownedIdentities(claims));
        return (owned?.rows ?? []).map(({ connection = "", provider_user = "", user_id = "" }) => {
          return { connection, providerUser: provider_user, userId: user_id };
        });
      }),
    saveRoles: (roles, maps) =>
      transact(async (send) => {
        const results = await send(...BEGIN_BATCH, savedRoles(roles), savedMaps(maps), COMMIT);
        const [savedRole, savedMap] = results.slice(BEGIN_BATCH.length);
        return (savedRole?.rowCount ?? 0) + (savedMap?.rowCount ?? 0);
      }),
    saveUsers: (users) =>
      transact(async (send) => {
        const results = await send(...BEGIN_BATCH, unchangedUsers(users));
        const unchanged = new Set(results.at(-1)?.rows.map(({ id }) => id));
        const changed = users.filter(({ id }) => !unchanged.has(id));
        if (changed.length === 0) {
          rollBack(send);
          return 0;
        }
        const [saved] = await send(savedUsers(changed), deletedIdentities(changed), savedIdentities(changed), COMMIT);
        return saved?.rowCount ?? 0;
      }),
  };
}
