import type { Directory, User } from "../../generated/types.ts";
import { ENTRIES_PER_STEP } from "../directory/directory.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { Problem } from "../http/problem.ts";
import { load } from "../start.ts";
import { createMutex } from "../store/mutex.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { LoadCount, Store } from "../store/store.ts";
import { createFaultRules } from "./fault-rules.ts";
import { createJournal } from "./journal.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";

/** The users, faults and journal of one caller of a stub. */
export type Session = Awaited<ReturnType<typeof openSession>>;

export interface SessionOptions {
  name: string;
  /** The start directory; a file is read again for each reset. */
  start: string | Directory | undefined;
  /** Maximum number of entries in the start directory. */
  maxEntries: number;
  /** Maximum size of a user in bytes. */
  userLimit: number | undefined;
  /** Maximum number of journal entries. */
  journalSize: number;
}

/**
 * Opens a session on an in-memory store of its own, or on the given one, which is loaded with the start directory.
 * @throws DirectoryRefused
 */
export async function openSession(
  { name, start, maxEntries, journalSize, userLimit }: SessionOptions,
  given?: { store: Store; isInMemory: boolean },
) {
  const [faults, journal] = [createFaultRules(), createJournal(journalSize)];
  let store = given?.store ?? (await loadStore(start, { userLimit, maxEntries })).store;
  const withMutex = createMutex();
  const replaceStore = (source: string | Directory | undefined, max = Number.POSITIVE_INFINITY): Promise<LoadCount> =>
    withMutex(name, async () => {
      if (given?.isInMemory === false) throw new Problem(STUB_PROBLEMS.fixedDirectory);
      const [old, next] = [store, await loadStore(source, { userLimit, maxEntries: max })];
      store = next.store;
      await old.close();
      return next.count;
    });
  return {
    ...{ name, faults, journal },
    /** The current store; `reset` and `directory.replace` replace it. */
    store: () => store,
    directory: {
      /** The user as stored. */
      user: (id: string): Promise<User | undefined> => store.user(id),
      /** The first `limit` users by id, and the number of all users. */
      users: (limit: number): Promise<{ users: User[]; total: number }> => store.users(limit),
      /**
       * Replaces all users, roles and maps.
       * @throws DirectoryRefused, listing every problem, and Problem if the users are in a database; then nothing changes.
       */
      replace: (directory: Directory): Promise<LoadCount> => replaceStore(directory),
    },
    /**
     * Restores the start directory, and removes faults and journal entries.
     * @throws DirectoryRefused if the start directory can't be loaded, and Problem as above; then nothing changes.
     */
    async reset(): Promise<void> {
      await replaceStore(start, maxEntries);
      faults.clear();
      journal.clear();
    },
    close: (): Promise<void> => withMutex(name, () => store.close()),
  };
}

/** Stops reading a directory of more than `max` entries. */
async function loadStore(
  source: string | Directory = { users: [], roles: [], roleConnectionMaps: [] },
  { userLimit, maxEntries: max }: Pick<SessionOptions, "userLimit" | "maxEntries">,
): Promise<{ store: Store; count: LoadCount }> {
  const rejectAbove = (entries: number) => {
    if (entries <= max) return;
    const problem = `each session has a copy of the directory, which may have ${max} entries at most; this one has more`;
    throw new DirectoryRefused([problem]);
  };
  const store = openSqliteStore(":memory:");
  let read = 0;
  try {
    const progress = (phase: string) => {
      if (phase === "checking") read += ENTRIES_PER_STEP;
      rejectAbove(read);
    };
    const count = await load(store, source, { userLimit, progress });
    rejectAbove(count.total);
    return { store, count };
  } catch (error) {
    await store.close();
    throw error;
  }
}
