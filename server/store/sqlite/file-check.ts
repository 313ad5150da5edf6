import { closeSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { StoreUnusable } from "../store.ts";

/** "NXSY" in the header of each database, by which `file` and other programs can recognise it. */
export const APPLICATION_ID = 0x4e585359;

/** The tables by which a database without the application id is recognised: it was written before there was one. */
const TABLES = ["identities", "role_connection_maps", "roles", "users"];

/** What a file holds, with or without its write-ahead log. */
interface Content {
  applicationId: number;
  tables: unknown[];
  /** The row of the table `wal_link`, which counts commits; a new or older file has none. */
  link: { id?: unknown; commits: number };
}

/**
 * Checks a file before SQLite opens it for writing. It is only read, so that a file of another program stays as it is. The
 * caller holds the owner lock; or, with `isInUse`, a server that holds it has checked the log.
 *
 * A write-ahead log may belong to a previous file of the same name: SQLite would apply it to a file that was restored over
 * it. Each commit counts up in `wal_link`, and the log holds every commit that the file may lack, so the count in the file
 * must be among those of the log.
 * @throws StoreUnusable if another program has written the file, or its log belongs to another file.
 */
export function checkFile(path: string, { isInUse = false } = {}): void {
  const commits = isInUse ? 0 : commitsInLog(`${path}-wal`);
  const isEmpty = statSync(path).size === 0;
  const alone = isEmpty ? undefined : contentOf(path, { withLog: false });
  if (alone) checkOwn(path, alone);
  if (commits === 0) return;
  const refused = new StoreUnusable(
    `The database ${path} was replaced, but ${path}-wal belongs to the previous file and would corrupt this one. ` +
      `To use the file as it is, remove ${path}-wal and ${path}-shm, and start again.`,
  );
  // The header of a database with a log says so; that of a backup does not.
  if (!alone || !hasLogMark(path)) throw refused;
  const whole = readWithLog(path, refused);
  checkOwn(path, whole);
  const isSameFile = alone.link.id === undefined || alone.link.id === whole.link.id;
  const isInLog = whole.link.commits - commits <= alone.link.commits && alone.link.commits <= whole.link.commits;
  if (!isSameFile || !isInLog) throw refused;
}

function checkOwn(path: string, { applicationId, tables }: Content): void {
  const isOlder = applicationId === 0 && TABLES.every((name) => tables.includes(name));
  const isEmpty = applicationId === 0 && tables.length === 0;
  if (applicationId !== APPLICATION_ID && !isOlder && !isEmpty)
    throw new StoreUnusable(`The database ${path} belongs to another program: name another file.`);
}

/** Read-only: another connection would write the log into the file when it closes. */
function contentOf(path: string, { withLog }: { withLog: boolean }): Content {
  const url = pathToFileURL(path);
  if (!withLog) url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url.href, { readOnly: true, timeout: 100 });
  try {
    const applicationId = Number(database.prepare("PRAGMA application_id").get()?.application_id);
    const tables = database.prepare("SELECT name FROM sqlite_schema").all();
    const names = tables.map(({ name }) => name);
    const row = names.includes("wal_link") ? database.prepare("SELECT id, commits FROM wal_link").get() : undefined;
    return { applicationId, tables: names, link: { id: row?.id, commits: Number(row?.commits ?? 0) } };
  } finally {
    database.close();
  }
}

function readWithLog(path: string, refused: StoreUnusable): Content {
  try {
    return contentOf(path, { withLog: true });
  } catch (error) {
    // ERROR, CORRUPT, NOTADB: the log does not fit.
    if (error instanceof Error && "errcode" in error && [1, 11, 26].includes(Number(error.errcode))) throw refused;
    throw error;
  }
}

/** The format versions in the header (https://sqlite.org/fileformat.html#file_format_version_numbers). */
function hasLogMark(path: string): boolean {
  return withFile(path, (read) => read(18, 2).equals(Buffer.of(2, 2)));
}

/** The number of commits in a write-ahead log (https://sqlite.org/fileformat.html#walformat); some may be incomplete. */
function commitsInLog(log: string): number {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size < 32) return 0;
  return withFile(log, (read) => {
    const header = read(0, 32);
    const frameSize = 24 + header.readUInt32BE(8);
    let commits = 0;
    for (let at = 32; at + frameSize <= size; at += frameSize) {
      const frame = read(at, 24);
      // Frames with other salts are left from before the last reset of the log.
      if (!frame.subarray(8, 16).equals(header.subarray(16, 24))) break;
      if (frame.readUInt32BE(4) > 0) commits += 1;
    }
    return commits;
  });
}

function withFile<T>(file: string, use: (read: (at: number, length: number) => Buffer) => T): T {
  const descriptor = openSync(file, "r");
  try {
    return use((at, length) => {
      const bytes = Buffer.alloc(length);
      readSync(descriptor, bytes, 0, length, at);
      return bytes;
    });
  } finally {
    closeSync(descriptor);
  }
}
