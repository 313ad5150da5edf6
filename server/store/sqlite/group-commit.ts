import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { StoreUnavailable } from "../store.ts";
import type { Reader } from "./reader.ts";

interface Queued {
  /** Runs the work and returns a function that settles its promise, to be called after the commit. */
  run: () => () => void;
  reject: (error: unknown) => void;
}

export interface GroupCommitOptions {
  database: DatabaseSync;
  reader: Reader;
  /** Called before each transaction; throws if the database can't be used. */
  verify(): void;
}

/**
 * Group commit: work queued in the same iteration of the event loop, or during the previous commit, shares one
 * transaction, and its promises settle after the commit. Work that throws does not affect other work. It must not write
 * before it throws, except with its last statement, which SQLite undoes; therefore no savepoints are needed.
 *
 * On Node 22.13 `isOpen` and `isTransaction` are undefined. There the database is in memory (schema.ts), where SQLite does not
 * end a transaction by itself.
 */
export function createGroupCommit({ database, reader, verify }: GroupCommitOptions) {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const totalChanges = database.prepare("SELECT total_changes() AS rows");
  // Shows at the next start that the write-ahead log belongs to the file (file-check.ts).
  const count = database.prepare("UPDATE wal_link SET commits = commits + 1");
  let queue: Queued[] = [];

  const inTransaction = <T>(work: () => T): T => {
    try {
      verify();
      begin.run();
      const before = totalChanges.get()?.rows;
      const result = work();
      if (totalChanges.get()?.rows !== before) count.run();
      commit.run();
      return result;
    } catch (error) {
      if (database.isOpen !== false && database.isTransaction !== false) database.exec("ROLLBACK");
      reader.clearCaches();
      throw translated(error);
    }
  };
  const flush = () => {
    const group = queue;
    queue = [];
    if (group.length === 0) return;
    try {
      const settlers = inTransaction(() => {
        reader.refresh();
        return group.map(({ run }) => run());
      });
      for (const settle of settlers) settle();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  return {
    /** Runs `work` in a separate transaction. */
    inTransaction,
    /** Runs `work` in the next shared transaction. */
    share<T>(work: () => T): Promise<T> {
      return new Promise((resolve, reject) => {
        const run = () => {
          try {
            const value = work();
            return () => resolve(value);
          } catch (error) {
            // SQLite has rolled back the whole transaction, for example because the disk is full.
            if (database.isTransaction === false) throw error;
            return () => reject(translated(error));
          }
        };
        if (queue.length === 0) setImmediate(flush);
        queue.push({ run, reject });
      });
    },
    /** Commits all queued work now. */
    flush,
  };
}

/** Primary result codes of temporary errors: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN. */
const TEMPORARY_CODES = [5, 6, 8, 10, 13, 14];

/** StoreUnavailable for temporary errors; any other error unchanged. */
export function translated(error: unknown): unknown {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  if (!TEMPORARY_CODES.includes(code)) return error;
  return new StoreUnavailable(`The database is unavailable: ${(error as Error).message}.`, { cause: error });
}
