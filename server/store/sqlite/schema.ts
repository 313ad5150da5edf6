import { accessSync, closeSync, constants, existsSync, openSync, realpathSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../store.ts";

/** Below it, a WAL file could be reset while it was still read (fixed in SQLite 3.51.3). */
const OLDEST_SQLITE = "3.51.3";
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE users (id TEXT PRIMARY KEY, document TEXT NOT NULL, loaded TEXT NOT NULL) STRICT;
  CREATE TABLE identities (
    connection TEXT NOT NULL, provider_user TEXT NOT NULL, user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (connection, provider_user)) STRICT, WITHOUT ROWID;
  CREATE INDEX identities_by_user ON identities (user_id);
  CREATE TABLE roles (id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE role_connection_maps (
    id TEXT PRIMARY KEY, document TEXT NOT NULL, role_id TEXT NOT NULL REFERENCES roles (id) DEFERRABLE INITIALLY DEFERRED,
    connection TEXT, group_name TEXT) STRICT, WITHOUT ROWID;
  CREATE INDEX maps_by_group ON role_connection_maps (connection, group_name);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens a SQLite file (or ":memory:") with the directory's schema, owned by this process alone.
 * @throws StoreUnusable if it can't be opened, another process owns it, or a newer version wrote it.
 */
export function openDatabase(file: string): { database: DatabaseSync; release(): void } {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new StoreUnusable(`${file} is a folder, not a file.`);
  const owner = file === ":memory:" ? undefined : own(file);
  try {
    // The driver blocks the event loop while it waits for a lock, so it waits at most 100 ms.
    const database = new DatabaseSync(file, { timeout: 100 });
    const version = String(database.prepare("SELECT sqlite_version() AS version").get()?.version);
    if (version.localeCompare(OLDEST_SQLITE, "en", { numeric: true }) < 0) {
      throw new StoreUnusable(`SQLite ${version} is too old, ${OLDEST_SQLITE} is needed: use a newer Node.`);
    }
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(database, file);
    return { database, release: () => owner?.close() };
  } catch (error) {
    owner?.close();
    if (error instanceof StoreUnusable) throw error;
    throw new StoreUnusable(`The database ${file} can't be opened: ${(error as Error).message}.`);
  }
}

function migrate(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > SCHEMA_VERSION) {
    throw new StoreUnusable(`The database ${file} was written by a newer version of this server (schema ${version}).`);
  }
  // SQLite opens a file that can only be read all the same: that would show itself at the first sync.
  if (file !== ":memory:") accessSync(file, constants.W_OK);
  if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
}

/** The path without links, so that no second name leads to the same file, which is made where there is none. */
function canonical(file: string): string {
  // Never opened where it exists: closing it would drop the locks of a store in this process (fcntl).
  if (!existsSync(file)) closeSync(openSync(file, "a"));
  return realpathSync(file);
}

/**
 * One server a file: a lock on a file beside it, which the system lets go of however the process ends. The database
 * itself stays open to readers such as the sqlite3 command.
 */
function own(file: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(`${canonical(file)}-owner`, { timeout: 0 });
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    return lock;
  } catch (error) {
    lock?.close();
    const isOwned = error instanceof Error && "errcode" in error && error.errcode === 5;
    if (isOwned) throw new StoreUnusable(`The database ${file} is in use by another server.`);
    throw new StoreUnusable(`The database ${file} can't be opened: ${(error as Error).message}.`);
  }
}
