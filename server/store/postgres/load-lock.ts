import pg from "pg";
import { translated } from "./errors.ts";
import { clientConfig, type PostgresOptions } from "./pool.ts";

const LOCK = "SELECT name FROM nexus_sync_state WHERE name = 'load' FOR UPDATE";
/** A loading server that vanished lets the next one load after this, in milliseconds. */
const SILENT_MS = 15_000;
const SIGN_OF_LIFE_MS = 3_000;

/**
 * Runs `load` while no other server loads: each of two at once could find an identity free. The lock is a row, on a
 * connection beside the pool, which may have only one. Should it be lost on the way, the load goes on: every batch is
 * right by itself.
 */
export async function whileNoneLoads<T>(
  options: PostgresOptions,
  lost: (error: unknown) => void,
  load: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...clientConfig(options),
    // Another server's load takes as long as it takes.
    ...{ statement_timeout: false, lock_timeout: undefined },
    idle_in_transaction_session_timeout: SILENT_MS,
  });
  client.on("error", lost);
  let alive: NodeJS.Timeout | undefined;
  try {
    await locked(client, options.log);
    alive = setInterval(() => client.query("SELECT 1").catch(lost), SIGN_OF_LIFE_MS);
    return await load();
  } finally {
    clearInterval(alive);
    // The lock ends with the connection; a database that has vanished would not answer.
    client.end().catch(lost);
  }
}

async function locked(client: pg.Client, log: PostgresOptions["log"]): Promise<void> {
  try {
    await client.connect();
    await client.query("BEGIN");
    const { rowCount } = await client.query(`${LOCK} SKIP LOCKED`);
    if (rowCount) return;
    log.info("Another server is loading a directory; this one waits for it.");
    await client.query(LOCK);
  } catch (error) {
    throw translated(error);
  }
}
