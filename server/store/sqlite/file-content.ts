import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

/** The content of a file, with or without its write-ahead log. */
export interface Content {
  applicationId: number;
  version: unknown;
  tables: unknown[];
  /** Undefined in a new or older file, and in one whose pages do not fit together without the log. */
  link: Link | undefined;
}

/** The row of the table `wal_link`, which counts commits. */
export interface Link {
  /** The id of the log; then, if it is not the first one, that of the log before. Each has 32 hexadecimal digits. */
  id: string;
  commits: number;
}

/**
 * Read-only: another connection would write the log into the file when it closes.
 * @param waitMs Time to wait for another program that has locked the file.
 */
export function readDatabase<T>(
  path: string,
  { withLog, waitMs = 100 }: { withLog: boolean; waitMs?: number },
  use: (database: DatabaseSync) => T,
): T {
  const url = pathToFileURL(path);
  if (!withLog) url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url.href, { readOnly: true, timeout: waitMs });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

export function contentOf(database: DatabaseSync): Content {
  const applicationId = Number(database.prepare("PRAGMA application_id").get()?.application_id);
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  const tables = database.prepare("SELECT name FROM sqlite_schema").all();
  const names = tables.map(({ name }) => name);
  const row = names.includes("wal_link") ? database.prepare("SELECT id, commits FROM wal_link").get() : undefined;
  return { applicationId, version, tables: names, link: linkIn(row) };
}

/** The page may still hold rows of another table, which had it before a VACUUM that is in the log. */
function linkIn({ id, commits }: Record<string, unknown> = {}): Link | undefined {
  return /^([0-9a-f]{32}){1,2}$/.test(String(id)) && typeof commits === "number"
    ? { id: String(id), commits }
    : undefined;
}

/** The id of the log, and that of the log before. */
export function idsOf({ id }: Link): string[] {
  return [id.slice(0, 32), id.slice(32)];
}

export function isSound(database: DatabaseSync): boolean {
  return database.prepare("PRAGMA quick_check(1)").get()?.quick_check === "ok";
}
