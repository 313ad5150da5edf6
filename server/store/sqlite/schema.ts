import { accessSync, constants, existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../store.ts";
import { APPLICATION_ID, checkFile, SCHEMA_VERSION } from "./file-check.ts";
import { commitsInLog } from "./file-format.ts";
import { translated } from "./group-commit.ts";
import { lockOwner, realPath } from "./owner-lock.ts";

/** Older versions may reset the WAL file while it is being read. A database in memory has none, so Node 22.13 is enough. */
const MIN_SQLITE = "3.51.3";

/** Milliseconds that a start waits: a backup holds the owner lock while it checks the log, other programs read the file. */
const LOCK_MS = 500;

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

/** Also for existing files, which did not have the id and the table in the first releases. */
const MARK = `
  CREATE TABLE wal_link (id TEXT NOT NULL, commits INTEGER NOT NULL) STRICT;
  INSERT INTO wal_link VALUES (lower(hex(randomblob(16))), 0);
  PRAGMA application_id = ${APPLICATION_ID};
`;

export interface OpenDatabase {
  database: DatabaseSync;
  /** Without symbolic links. */
  path: string;
  /** Releases the owner lock. */
  release(): void;
}

/**
 * Opens a SQLite file (or ":memory:"), creates its tables, and locks it against other servers.
 * @throws StoreUnusable if it can't be opened, another server has locked it, or a newer version wrote it.
 */
export function openDatabase(file: string): OpenDatabase {
  const { path, lock } = file === ":memory:" ? { path: file, lock: undefined } : lockFile(file);
  try {
    if (lock) {
      rollBack(path);
      checkFile(path);
    }
    const isLogNew = lock && commitsInLog(`${path}-wal`) === 0;
    const database = new DatabaseSync(path, { timeout: LOCK_MS });
    const version = String(database.prepare("SELECT sqlite_version() AS version").get()?.version);
    if (lock && version.localeCompare(MIN_SQLITE, "en", { numeric: true }) < 0) {
      throw new StoreUnusable(
        `SQLite ${version} is too old for a database file: use a Node.js release with SQLite ${MIN_SQLITE} or newer.`,
      );
    }
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(database);
    database.prepare("SELECT 1 FROM users, identities, roles, role_connection_maps, wal_link");
    if (isLogNew) startLog(database);
    // The driver blocks the event loop while it waits for a lock.
    database.exec("PRAGMA busy_timeout = 100");
    return { database, path, release: () => lock?.close() };
  } catch (error) {
    lock?.close();
    throw error instanceof StoreUnusable ? error : cannotOpen(file, error);
  }
}

/**
 * A loss of power while SQLite put a file into WAL mode may have left only its rollback journal complete: SQLite then
 * restores the file. Not beside a log, which must be checked first.
 */
function rollBack(path: string): void {
  const journal = statSync(`${path}-journal`, { throwIfNoEntry: false })?.size ?? 0;
  if (journal === 0 || commitsInLog(`${path}-wal`) > 0) return;
  const database = new DatabaseSync(path);
  try {
    database.prepare("SELECT 1 FROM sqlite_schema").get();
  } finally {
    database.close();
  }
}

/** A new log gets an id of its own, so that a copy that was used elsewhere is refused beside it (file-check.ts). */
function startLog(database: DatabaseSync): void {
  try {
    database.exec("UPDATE wal_link SET id = lower(hex(randomblob(16))) || substr(id, 1, 32), commits = commits + 1");
  } catch (error) {
    // The disk is full, or another program is writing: the log keeps the id of the previous one.
    if (translated(error) === error) throw error;
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  const id = Number(database.prepare("PRAGMA application_id").get()?.application_id);
  if (version === 0 || id === 0) database.exec(`BEGIN IMMEDIATE; ${version === 0 ? SCHEMA : ""} ${MARK} COMMIT;`);
}

function lockFile(file: string): { path: string; lock: DatabaseSync } {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
      throw new StoreUnusable(`${file} is a folder, not a file.`);
    const path = realPath(file);
    checkAccess(path);
    const lock = lockOwner(path, LOCK_MS);
    if (lock) return { path, lock };
  } catch (error) {
    throw error instanceof StoreUnusable ? error : cannotOpen(file, error);
  }
  throw new StoreUnusable(`The database ${file} is in use by another server.`);
}

/** SQLite also opens a read-only file or log; only the first write would fail. For other files, its errors have no name. */
function checkAccess(path: string): void {
  for (const file of ["", "-wal", "-shm", "-owner"].map((suffix) => path + suffix))
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
}

function cannotOpen(file: string, error: unknown): StoreUnusable {
  return new StoreUnusable(`The database ${file} can't be opened: ${(error as Error).message}.`);
}
