import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { StoreUnusable } from "../store.ts";
import { sqlStateOf, summaryOf } from "./errors.ts";
import { clientConfig, type PostgresOptions, placeOf } from "./pool.ts";

const SCHEMA_VERSION = 1;
const MAX_ATTEMPTS = 10;
/** SQLSTATEs of conflicts. CREATE … IF NOT EXISTS fails with the last four if another server creates the same object. */
const RETRYABLE = ["40001", "40P01", "55P03", "23505", "42P07", "42710", "XX000"];

/** The collation orders ids by their bytes. In the state table, the row `load` is locked during a load. */
const tables = (collation: string) => `
  CREATE TABLE IF NOT EXISTS nexus_sync_users (
    id TEXT ${collation} PRIMARY KEY, document TEXT NOT NULL, loaded TEXT NOT NULL, role_ids TEXT[] NOT NULL);
  CREATE TABLE IF NOT EXISTS nexus_sync_identities (
    connection TEXT ${collation} NOT NULL, provider_user TEXT ${collation} NOT NULL,
    user_id TEXT ${collation} NOT NULL REFERENCES nexus_sync_users (id), PRIMARY KEY (connection, provider_user));
  CREATE INDEX IF NOT EXISTS nexus_sync_identities_by_user ON nexus_sync_identities (user_id);
  CREATE TABLE IF NOT EXISTS nexus_sync_roles (id TEXT ${collation} PRIMARY KEY, document TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS nexus_sync_role_connection_maps (
    id TEXT ${collation} PRIMARY KEY, document TEXT NOT NULL,
    role_id TEXT ${collation} NOT NULL REFERENCES nexus_sync_roles (id),
    connection TEXT ${collation}, group_name TEXT ${collation});
  CREATE INDEX IF NOT EXISTS nexus_sync_maps_by_group ON nexus_sync_role_connection_maps (connection, group_name);
  CREATE TABLE IF NOT EXISTS nexus_sync_state (name TEXT PRIMARY KEY, version INTEGER NOT NULL);
  INSERT INTO nexus_sync_state VALUES ('load', 0), ('schema', ${SCHEMA_VERSION})
    ON CONFLICT (name) DO UPDATE SET version = excluded.version;
`;

/**
 * Creates the tables if they do not exist. Several servers may do this at the same time.
 * @throws StoreUnusable if the database can't be reached or used, or a newer version wrote it.
 */
export async function migrate(options: PostgresOptions): Promise<void> {
  const place = placeOf(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(options, place);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !RETRYABLE.includes(sqlStateOf(error) ?? "")) throw unusable(error, place);
      await sleep(Math.random() * 100);
    }
  }
}

async function migrateOnce(options: PostgresOptions, place: string): Promise<void> {
  const client = new pg.Client({ ...clientConfig(options), pipeline: false });
  // A lost connection also rejects the pending query.
  client.on("error", () => {});
  try {
    await client.connect();
    const encoding = await only(client, "SHOW server_encoding");
    if (encoding !== "UTF8") throw new StoreUnusable(`${place} must have the encoding UTF8, not ${encoding}.`);
    const version = await versionIn(client);
    if (version > SCHEMA_VERSION)
      throw new StoreUnusable(`${place} was written by a newer version of this server (schema ${version}).`);
    if (version === SCHEMA_VERSION) return;
    // CockroachDB always orders text by its bytes and does not accept this collation.
    const isCockroach = String(await only(client, "SELECT version()")).includes("CockroachDB");
    // PostgreSQL runs these statements in one transaction.
    await client.query(tables(isCockroach ? "" : 'COLLATE "C"'));
  } finally {
    // Not awaited, because an unreachable database would not respond.
    client.end().catch(() => {});
  }
}

/** 0 if the tables do not exist. */
async function versionIn(client: pg.Client): Promise<number> {
  try {
    return Number(await only(client, "SELECT version FROM nexus_sync_state WHERE name = 'schema'"));
  } catch (error) {
    if (sqlStateOf(error) === "42P01") return 0;
    throw error;
  }
}

async function only(client: pg.Client, text: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text, rowMode: "array" });
  return rows[0]?.[0] ?? 0;
}

function unusable(error: unknown, place: string): StoreUnusable {
  if (error instanceof StoreUnusable) return error;
  const hint = sqlStateOf(error) === "42501" ? " The database user needs permission to create tables." : "";
  return new StoreUnusable(`${place} can't be used: ${summaryOf(error)}.${hint}`);
}
