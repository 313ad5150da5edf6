import { accessSync, closeSync, constants, existsSync, openSync, realpathSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../store.ts";

/** Older versions may reset the WAL file while it is being read. A database in memory has none, so Node 22.13 is enough. */
const MIN_SQLITE = "3.51.3";
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
 * Opens a SQLite file (or ":memory:"), creates its tables, and locks it against other servers.
 * @throws StoreUnusable if it can't be opened, another server has locked it, or a newer version wrote it.
 */
export function openDatabase(file: string): { database: DatabaseSync; release(): void } {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new StoreUnusable(`${file} is a folder, not a file.`);
  const { path, lock } = file === ":memory:" ? { path: file, lock: undefined } : lockFile(file);
  try {
    // Milliseconds. The driver blocks the event loop while it waits for a lock.
    const database = new DatabaseSync(path, { timeout: 100 });
    const version = String(database.prepare("SELECT sqlite_version() AS version").get()?.version);
    if (lock && version.localeCompare(MIN_SQLITE, "en", { numeric: true }) < 0) {
      throw new StoreUnusable(
        `SQLite ${version} is too old for a database file: use a Node.js release with SQLite ${MIN_SQLITE} or newer.`,
      );
    }
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(database, file);
    return { database, release: () => lock?.close() };
  } catch (error) {
    lock?.close();
    throw error instanceof StoreUnusable ? error : cannotOpen(file, error);
  }
}

function migrate(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > SCHEMA_VERSION) {
    throw new StoreUnusable(`The database ${file} was written by a newer version of this server (schema ${version}).`);
  }
  // SQLite also opens read-only files; only the first write would fail.
  if (file !== ":memory:") accessSync(file, constants.W_OK);
  if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
}

/**
 * One server per file: an exclusive lock on a second file, `FILE-owner`, which the system releases when the process ends.
 * The database file itself stays readable for other programs.
 */
function lockFile(file: string): { path: string; lock: DatabaseSync } {
  let lock: DatabaseSync | undefined;
  try {
    createPrivateFile(file);
    // Without symbolic links, so that every name of the file leads to the same lock. SQLite would take `file:…` for a URL.
    const path = realpathSync(file);
    createPrivateFile(`${path}-owner`);
    lock = new DatabaseSync(`${path}-owner`, { timeout: 0 });
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    return { path, lock };
  } catch (error) {
    lock?.close();
    const isLocked = error instanceof Error && "errcode" in error && error.errcode === 5;
    throw isLocked ? new StoreUnusable(`The database ${file} is in use by another server.`) : cannotOpen(file, error);
  }
}

/**
 * Creates a file with mode 0600; SQLite itself would use 0644, and gives the files beside a database the mode of the
 * database. An existing file must not be opened here: closing it would drop the fcntl locks of a store in this process.
 */
function createPrivateFile(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
}

function cannotOpen(file: string, error: unknown): StoreUnusable {
  return new StoreUnusable(`The database ${file} can't be opened: ${(error as Error).message}.`);
}
