import pg from "pg";
import { StoreUnusable } from "../store.ts";
import { sqlStateOf, summaryOf } from "./errors.ts";
import { clientConfig, type PostgresOptions, placeOf, SESSION_SETTINGS } from "./pool.ts";
import { isTransactionPooled } from "./pooler.ts";

const SCHEMA_VERSION = 1;
/** Milliseconds; longer than statement_timeout. */
const QUERY_MS = 5_000;

/**
 * One simple query, which PostgreSQL runs as one transaction. The lock makes servers that start at the same time create the
 * tables one after another; its key is arbitrary. The collation orders ids by their bytes. In the state table, the row
 * `load` is locked during a load.
 */
const SCHEMA = `
  SELECT pg_advisory_xact_lock(4010);
  CREATE TABLE IF NOT EXISTS nexus_sync_users (
    id TEXT COLLATE "C" PRIMARY KEY, document TEXT NOT NULL, loaded TEXT NOT NULL, role_ids TEXT[] NOT NULL);
  CREATE TABLE IF NOT EXISTS nexus_sync_identities (
    connection TEXT COLLATE "C" NOT NULL, provider_user TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES nexus_sync_users (id), PRIMARY KEY (connection, provider_user));
  CREATE INDEX IF NOT EXISTS nexus_sync_identities_by_user ON nexus_sync_identities (user_id);
  CREATE TABLE IF NOT EXISTS nexus_sync_roles (id TEXT COLLATE "C" PRIMARY KEY, document TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS nexus_sync_role_connection_maps (
    id TEXT COLLATE "C" PRIMARY KEY, document TEXT NOT NULL,
    role_id TEXT COLLATE "C" NOT NULL REFERENCES nexus_sync_roles (id),
    connection TEXT COLLATE "C", group_name TEXT COLLATE "C");
  CREATE INDEX IF NOT EXISTS nexus_sync_maps_by_group ON nexus_sync_role_connection_maps (connection, group_name);
  CREATE TABLE IF NOT EXISTS nexus_sync_state (name TEXT PRIMARY KEY, version INTEGER NOT NULL);
  INSERT INTO nexus_sync_state VALUES ('load', 0), ('schema', ${SCHEMA_VERSION})
    ON CONFLICT DO NOTHING;
`;

/** Fails if a table is missing, for example because only a part of a backup was restored. */
const TABLES = `
  SELECT FROM nexus_sync_users, nexus_sync_identities, nexus_sync_roles, nexus_sync_role_connection_maps LIMIT 0`;

/**
 * Creates the tables if they do not exist. Several servers may do this at the same time.
 * @throws StoreUnusable if the database can't be reached or used, or a newer version wrote it.
 */
export async function migrate(options: PostgresOptions): Promise<void> {
  const place = placeOf(options);
  // The wait for another server that creates the tables is limited by statement_timeout, which a pooler may ignore.
  const config = { ...clientConfig(options), pipeline: false, lock_timeout: undefined, query_timeout: QUERY_MS };
  const client = new pg.Client(config);
  if (!client.ssl && !isLocal(client.host))
    options.log?.warn(
      `The connection to the database at ${client.host} is not encrypted: add ?sslmode=verify-full to its URL.`,
    );
  // A lost connection also rejects the pending query.
  client.on("error", () => {});
  try {
    await client.connect();
    if (await isTransactionPooled(client, config))
      throw new StoreUnusable(
        `${place} is behind a connection pooler in transaction mode: use its session mode, or connect to the database itself.`,
      );
    const encoding = await only(client, "SHOW server_encoding");
    if (encoding !== "UTF8") throw new StoreUnusable(`${place} must have the encoding UTF8, not ${encoding}.`);
    if ((await versionIn(client)) < SCHEMA_VERSION) await client.query(SCHEMA);
    // Another server may have migrated meanwhile.
    const version = await versionIn(client);
    if (version > SCHEMA_VERSION)
      throw new StoreUnusable(`${place} was written by a newer version of this server (schema ${version}).`);
    await client.query(TABLES);
  } catch (error) {
    throw unusable(error, place, !client.password);
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

/** A name that resolves to this machine only, or the folder of a socket. */
function isLocal(host: string): boolean {
  return /^(localhost$|127\.|::1$|\/)/.test(host);
}

function unusable(error: unknown, place: string, hasNoPassword: boolean): StoreUnusable {
  if (error instanceof StoreUnusable) return error;
  if (hasNoPassword && error instanceof Error && isPasswordMissing(error))
    return new StoreUnusable(
      `${place} requires a password: set NEXUS_SYNC_DATABASE_PASSWORD, or add a line to the file PGPASSFILE.`,
    );
  return new StoreUnusable(`${place} can't be used: ${summaryOf(error)}.${hintFor(error)}`);
}

/** pg finds it before it sends one (SCRAM), or the database rejects an empty one. */
function isPasswordMissing(error: Error): boolean {
  return sqlStateOf(error) === "28P01" || /password must be|argument must be .*string/i.test(error.message);
}

const HINTS: Readonly<Record<string, string>> = {
  "25006": " The database is read-only: connect to the primary.",
  "42P01": " Restore all tables nexus_sync_… from a backup.",
  "57014": " It does not respond in time, for example because a restore has locked the tables.",
};

function hintFor(error: unknown): string {
  const state = sqlStateOf(error) ?? "";
  if (state === "42501")
    return error instanceof Error && error.message.includes("nexus_sync_")
      ? " The database user needs SELECT, INSERT, UPDATE and DELETE on the tables nexus_sync_…."
      : " The database user needs permission to create tables.";
  const names = Object.keys(SESSION_SETTINGS).join(",");
  return error instanceof Error && error.message.startsWith("unsupported startup parameter")
    ? ` A PgBouncer in session mode needs ${names} in ignore_startup_parameters.`
    : (HINTS[state] ?? "");
}
