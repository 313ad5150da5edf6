import { loadDirectory } from "../load.ts";
import type { Store } from "../store.ts";
import { translated } from "./errors.ts";
import { createGroupCommit } from "./group-commit.ts";
import { sqliteLoadTarget } from "./load-target.ts";
import { createReader } from "./reader.ts";
import { openDatabase } from "./schema.ts";

/**
 * The embedded store: a SQLite file, or ":memory:". A saved user is on disk (WAL, synchronous=FULL) before `sync`
 * answers.
 * @throws StoreUnusable if the file can't be used.
 */
export function openSqliteStore(file: string): Store {
  const { database, release } = openDatabase(file);
  const read = createReader(database);
  const save = database.prepare("UPDATE users SET document = ? WHERE id = ?");
  const alive = database.prepare("SELECT 1 FROM users LIMIT 1");
  const commit = createGroupCommit(database, { begun: read.refresh, undone: read.forget });
  const target = sqliteLoadTarget(database, { inTransaction: commit.inTransaction, onSaved: read.forget });
  let loading: Promise<unknown> = Promise.resolve();

  return {
    sync(key, change) {
      return commit.share(() => {
        const { user, answer } = change(read.found(key));
        if (!user) return answer;
        read.forgetUser(user.id);
        save.run(JSON.stringify(user), user.id);
        return answer;
      });
    },
    load(directory, progress) {
      const loaded = loading.then(() => loadDirectory(target, directory, progress));
      loading = loaded.catch(() => {});
      return loaded;
    },
    async user(id) {
      return read.user(id);
    },
    async users(limit) {
      return read.users(limit);
    },
    async ready() {
      try {
        alive.get();
      } catch (error) {
        throw translated(error);
      }
    },
    async close() {
      await loading;
      commit.flush();
      database.close();
      release();
    },
  };
}
