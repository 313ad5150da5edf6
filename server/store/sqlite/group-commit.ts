import type { DatabaseSync } from "node:sqlite";
import { translated } from "./errors.ts";

interface Waiting {
  /** Works, and keeps its outcome; answers how to tell it once it is on disk. */
  work: () => () => void;
  fail: (error: unknown) => void;
}

interface Watcher {
  /** Called in each shared transaction, before its work. */
  begun(): void;
  /** Called when a transaction has been undone: whatever was read in it may never have been. */
  undone(): void;
}

/**
 * Group commit: what is asked for while the event loop reads requests, or was blocked by the last commit, shares the next
 * transaction, and is told only after that is on disk. Work that throws fails alone: it must write with its last
 * statement at most, which SQLite undoes by itself, so that no savepoint is needed.
 */
export function createGroupCommit(database: DatabaseSync, { begun, undone }: Watcher) {
  const [begin, commit] = ["BEGIN IMMEDIATE", "COMMIT"].map((sql) => database.prepare(sql)) as [Statement, Statement];
  let waiting: Waiting[] = [];

  /** Runs `work` under the write lock; everything it saved is undone if it throws. */
  const inTransaction = <T>(work: () => T): T => {
    try {
      begin.run();
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
      undone();
      throw translated(error);
    }
  };
  const commitTogether = () => {
    const group = waiting;
    waiting = [];
    try {
      const outcomes = inTransaction(() => {
        begun();
        return group.map(({ work }) => work());
      });
      for (const tell of outcomes) tell();
    } catch (error) {
      for (const { fail } of group) fail(error);
    }
  };
  return {
    inTransaction,
    share<T>(work: () => T): Promise<T> {
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(commitTogether);
        waiting.push({ fail: reject, work: () => outcomeOf(database, work, { resolve, reject }) });
      });
    },
    /** Commits what waits. */
    flush(): void {
      if (waiting.length > 0) commitTogether();
    },
  };
}

type Statement = ReturnType<DatabaseSync["prepare"]>;

interface Settle<T> {
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
}

/** An error that ended the whole transaction, as a full disk does, is everyone's. */
function outcomeOf<T>(database: DatabaseSync, work: () => T, { resolve, reject }: Settle<T>): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    if (!database.isTransaction) throw error;
    return () => reject(translated(error));
  }
}
