import { statSync } from "node:fs";
import { StoreUnusable } from "../store.ts";
import { type Content, contentOf, idsOf, isSound, type Link, readDatabase } from "./file-content.ts";
import { commitsInLog, hasLogMark } from "./file-format.ts";

/** "NXSY" in the header of each database, by which `file` and other programs can recognise it. */
export const APPLICATION_ID = 0x4e585359;

export const SCHEMA_VERSION = 1;

/** Milliseconds; a server that starts or ends locks the file while it writes into it. */
export const IN_USE_MS = 5_000;

/** The tables by which a database without the application id is recognised: it was written before there was one. */
const TABLES = ["identities", "role_connection_maps", "roles", "users"];

/**
 * Checks a file before SQLite opens it for writing. It is only read, so that a file of another program stays as it is. The
 * caller holds the owner lock; or, with `isInUse`, a server that holds it has checked the log.
 *
 * A write-ahead log may belong to a previous file of the same name: SQLite would apply it to a file that was restored over
 * it. Each commit counts up in `wal_link`, and the log holds every commit that the file may lack, so the count in the file
 * must be among those of the log.
 * @throws StoreUnusable if another program or a newer version has written the file, or its log belongs to another file.
 */
export function checkFile(path: string, { isInUse = false } = {}): void {
  // While a server writes the log into the file, the file alone is incomplete.
  if (isInUse) {
    checkOwn(path, readDatabase(path, { withLog: true, waitMs: IN_USE_MS }, contentOf));
    return;
  }
  const commits = commitsInLog(`${path}-wal`);
  const isEmpty = statSync(path).size === 0;
  if (isEmpty && commits > 0) throw missing(path);
  const alone = isEmpty ? undefined : contentAlone(path, commits);
  if (alone) checkOwn(path, alone);
  // The header of a database with a log says so; that of a backup does not.
  if (commits > 0 && !hasLogMark(path)) throw replaced(path);
  if (commits > 0) checkLog(path, alone?.link, commits);
  else if (alone) checkVersion(path, alone);
}

/**
 * Undefined if the file is complete only with its log, because a server was killed while it wrote the log into the file: its
 * header names more pages than it has, or a new table lacks its page.
 */
function contentAlone(path: string, commits: number): Content | undefined {
  try {
    return readDatabase(path, { withLog: false }, contentOf);
  } catch (error) {
    if (commits > 0 && codeOf(error) === CORRUPT) return undefined;
    throw error;
  }
}

function checkLog(path: string, alone: Link | undefined, commits: number): void {
  try {
    readDatabase(path, { withLog: true }, (database) => {
      const whole = contentOf(database);
      checkOwn(path, whole);
      checkVersion(path, whole);
      if (alone && !isLinked(alone, whole.link, commits)) throw replaced(path);
      // The log has counted no commit after that of the file, or counts in another page, because the file was vacuumed.
      const isUnproven = !alone || alone.commits === whole.link?.commits;
      if (isUnproven && !isSound(database)) throw damaged(path);
    });
  } catch (error) {
    throw [ERROR, CORRUPT, NOTADB].includes(codeOf(error) ?? 0) ? damaged(path) : error;
  }
}

function replaced(path: string): StoreUnusable {
  return new StoreUnusable(
    `The database ${path} was replaced, but ${path}-wal belongs to the previous file and would corrupt this one. ` +
      `To use the file as it is, remove ${path}-wal and ${path}-shm, and start again.`,
  );
}

function missing(path: string): StoreUnusable {
  return new StoreUnusable(
    `The database ${path} is missing or empty, but ${path}-wal has the last changes of the previous file. ` +
      `Move that file back, or, for a new database, move ${path}-wal and ${path}-shm away.`,
  );
}

/** The log may be the right one, with changes that are nowhere else. */
function damaged(path: string): StoreUnusable {
  return new StoreUnusable(
    `The database ${path} and ${path}-wal do not fit together: one of them was replaced or is damaged. Keep a copy of both. ` +
      `If the file was restored, remove ${path}-wal and ${path}-shm, and start again; otherwise restore a backup.`,
  );
}

function isLinked(alone: Link, whole: Link | undefined, commits: number): boolean {
  const [own = ""] = idsOf(alone);
  if (!whole || !idsOf(whole).includes(own)) return false;
  return whole.commits - commits <= alone.commits && alone.commits <= whole.commits;
}

function checkOwn(path: string, { applicationId, tables }: Content): void {
  const isOlder = applicationId === 0 && TABLES.every((name) => tables.includes(name));
  const isEmpty = applicationId === 0 && tables.length === 0;
  if (applicationId !== APPLICATION_ID && !isOlder && !isEmpty)
    throw new StoreUnusable(`The database ${path} belongs to another program: name another file.`);
}

function checkVersion(path: string, { version }: Content): void {
  if (Number(version) > SCHEMA_VERSION)
    throw new StoreUnusable(`The database ${path} was written by a newer version of this server (schema ${version}).`);
}

const ERROR = 1;
const CORRUPT = 11;
const NOTADB = 26;

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) : undefined;
}
