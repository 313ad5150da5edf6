import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { StoreUnusable } from "../store.ts";
import { isRepeatable, sqlStateOf, summaryOf } from "./errors.ts";
import { clientConfig, type PostgresOptions, placeOf } from "./pool.ts";

const SCHEMA_VERSION = 1;
const ATTEMPTS = 10;

/** The row `schema` has the schema's version; `load` is locked by the server that loads a directory. */
const STATE = `
  CREATE TABLE IF NOT EXISTS nexus_sync_state (name TEXT PRIMARY KEY, version INTEGER NOT NULL);
  INSERT INTO nexus_sync_state VALUES ('schema', 0), ('load', 0) ON CONFLICT (name) DO NOTHING;
`;

/** Ids compare by their bytes, and their indexes do not depend on the system's locales. */
const TABLES = (bytes: string) => `
  CREATE TABLE IF NOT EXISTS nexus_sync_users (
    id TEXT ${bytes} PRIMARY KEY, document TEXT NOT NULL, loaded TEXT NOT NULL, role_ids TEXT[] NOT NULL);
  CREATE TABLE IF NOT EXISTS nexus_sync_identities (
    connection TEXT ${bytes} NOT NULL, provider_user TEXT ${bytes} NOT NULL,
    user_id TEXT ${bytes} NOT NULL REFERENCES nexus_sync_users (id), PRIMARY KEY (connection, provider_user));
  CREATE INDEX IF NOT EXISTS nexus_sync_identities_by_user ON nexus_sync_identities (user_id);
  CREATE TABLE IF NOT EXISTS nexus_sync_roles (id TEXT ${bytes} PRIMARY KEY, document TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS nexus_sync_role_connection_maps (
    id TEXT ${bytes} PRIMARY KEY, document TEXT NOT NULL, role_id TEXT ${bytes} NOT NULL REFERENCES nexus_sync_roles (id),
    connection TEXT ${bytes}, group_name TEXT ${bytes});
  CREATE INDEX IF NOT EXISTS nexus_sync_maps_by_group ON nexus_sync_role_connection_maps (connection, group_name);
`;

/**
 * Makes the tables, unless they are there; of servers that start together one does it.
 * @throws StoreUnusable if the database can't be reached or used, or a newer version wrote it.
 */
export async function migrate(options: PostgresOptions): Promise<void> {
  const place = placeOf(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(options, place);
    } catch (error) {
      if (error instanceof StoreUnusable) throw error;
      if (!mayGoBetter(error) || attempt === ATTEMPTS) throw new StoreUnusable(refusalOf(error, place));
      await sleep(Math.random() * 100);
    }
  }
}

async function migrateOnce(options: PostgresOptions, place: string): Promise<void> {
  // Nothing here may travel together with what depends on it.
  const client = new pg.Client({ ...clientConfig(options), pipeline: false });
  // What ends the connection also fails the statement that waits.
  client.on("error", () => {});
  try {
    await client.connect();
    const encoding = await only(client, "SHOW server_encoding");
    if (encoding !== "UTF8") throw new StoreUnusable(`${place} has the encoding ${encoding}; UTF8 is needed.`);
    if ((await versionIn(client, place)) === SCHEMA_VERSION) return;
    await client.query(STATE);
    await client.query("BEGIN");
    if ((await versionIn(client, place, "FOR UPDATE")) === 0) await makeTables(client);
    await client.query("COMMIT");
  } finally {
    // Not waited for: a database that has vanished would not answer.
    client.end().catch(() => {});
  }
}

async function makeTables(client: pg.Client): Promise<void> {
  // CockroachDB always compares text by its bytes, and has no such collation for columns.
  const isCockroach = String(await only(client, "SELECT version()")).includes("CockroachDB");
  await client.query(TABLES(isCockroach ? "" : 'COLLATE "C"'));
  await client.query(`UPDATE nexus_sync_state SET version = ${SCHEMA_VERSION} WHERE name = 'schema'`);
}

/** Zero where nothing has been made yet. */
async function versionIn(client: pg.Client, place: string, lock = ""): Promise<number> {
  try {
    const version = Number(await only(client, `SELECT version FROM nexus_sync_state WHERE name = 'schema' ${lock}`));
    if (version <= SCHEMA_VERSION) return version;
    throw new StoreUnusable(`${place} was written by a newer version of this server (schema ${version}).`);
  } catch (error) {
    if (sqlStateOf(error) === "42P01") return 0;
    throw error;
  }
}

async function only(client: pg.Client, text: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text, rowMode: "array" });
  return rows[0]?.[0] ?? 0;
}

/** What servers that start together get when they make one table at once: IF NOT EXISTS does not see the other's. */
const MADE_AT_ONCE = ["23505", "42P07", "42710", "XX000"];

function mayGoBetter(error: unknown): boolean {
  return isRepeatable(error) || MADE_AT_ONCE.includes(sqlStateOf(error) ?? "");
}

function refusalOf(error: unknown, place: string): string {
  const isDenied = sqlStateOf(error) === "42501";
  return `${place} can't be used: ${summaryOf(error)}.${isDenied ? " The user needs the right to make its tables." : ""}`;
}
