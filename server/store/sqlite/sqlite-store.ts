import { type Stats, statSync } from "node:fs";
import { loadDirectory } from "../load.ts";
import { createMutex } from "../mutex.ts";
import { type Store, StoreUnavailable } from "../store.ts";
import { createGroupCommit, translated } from "./group-commit.ts";
import { sqliteLoadTarget } from "./load-target.ts";
import { createReader } from "./reader.ts";
import { openDatabase } from "./schema.ts";

export interface SqliteStore extends Store {
  /** Size of the database. */
  bytes(): number;
}

/**
 * The embedded store: a SQLite file, or ":memory:". A sync resolves after its change is on disk (WAL, synchronous=FULL).
 * @throws StoreUnusable if the file can't be used.
 */
export function openSqliteStore(file: string): SqliteStore {
  const { database, path, release } = openDatabase(file);
  const verify = createVerify(path);
  const reader = createReader(database);
  const update = database.prepare("UPDATE users SET document = ? WHERE id = ?");
  const size = database.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size");
  const probe = database.prepare("SELECT 1 FROM users LIMIT 1");
  const commit = createGroupCommit({ database, reader, verify });
  const target = sqliteLoadTarget(database, (save) => {
    const result = commit.inTransaction(save);
    reader.clearCaches();
    return result;
  });
  const withMutex = createMutex();
  return {
    sync(key, change) {
      return commit.share(() => {
        const { user, result } = change(reader.found(key));
        if (!user) return result;
        reader.dropUser(user.id);
        update.run(JSON.stringify(user), user.id);
        reader.keepUser(user);
        return result;
      });
    },
    load: (directory, progress) => withMutex("load", () => loadDirectory(target, directory, progress)),
    user: async (id) => reader.user(id),
    users: async (limit) => reader.users(limit),
    bytes: () => Number(size.get()?.bytes),
    async ready() {
      try {
        verify();
        probe.get();
      } catch (error) {
        throw translated(error);
      }
    },
    close: () =>
      withMutex("load", async () => {
        commit.flush();
        database.close();
        release();
      }),
  };
}

/**
 * SQLite goes on with a file or a write-ahead log that was replaced or removed, and its changes would be lost: the returned
 * function then throws StoreUnavailable.
 */
function createVerify(path: string): () => void {
  if (path === ":memory:") return () => {};
  const files = [path, `${path}-wal`].map((file) => ({ file, opened: statSync(file) }));
  return () => {
    for (const { file, opened } of files) {
      const now = statOf(file);
      if (now?.dev !== opened.dev || now.ino !== opened.ino)
        throw new StoreUnavailable(`The file ${file} was replaced or removed while it is in use: restart the server.`);
    }
  };
}

/** Undefined if the file does not exist or can't be reached. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
