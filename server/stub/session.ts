import type { Directory, User } from "../../generated/types.ts";
import { type CheckedDirectory, checkDirectory, ENTRIES_A_STEP } from "../directory/directory.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { Problem } from "../http/problem.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { LoadCount, Store } from "../store/store.ts";
import { createFaultRules, type FaultRules } from "./fault-rules.ts";
import { createJournal, type Journal } from "./journal.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";

/** One caller's stub: its users, its faults and its requests. */
export interface Session {
  name: string;
  faults: FaultRules;
  journal: Journal;
  directory: SessionDirectory;
  /** The store of the moment; `reset` and `directory.replace` exchange it. */
  store(): Store;
  /** Back to the directory of the start, without faults and requests. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionDirectory {
  /** The user as stored. */
  user(id: string): Promise<User | undefined>;
  /** The first `limit` users by id, and how many there are. */
  users(limit: number): Promise<{ users: User[]; total: number }>;
  /**
   * Replaces all users, roles and maps.
   * @throws DirectoryRefused, and then nothing is replaced.
   */
  replace(directory: Directory): Promise<LoadCount>;
}

export interface SessionOptions {
  name: string;
  /** What the session has at its start, and after a reset. A file is read anew each time. */
  start: string | Directory | undefined;
  /** Entries that the start may have at most. */
  mostEntries: number;
  /** Requests that the journal remembers. */
  journalSize: number;
}

/**
 * A session with users of its own, in memory: those of `first`, or those of the start.
 * @throws DirectoryRefused
 */
export async function openSession(options: SessionOptions, first?: Store): Promise<Session> {
  const { start, mostEntries } = options;
  let store = first ?? (await loadedStore(start, mostEntries)).store;
  let exchanged: Promise<unknown> = Promise.resolve();
  // One after the other, so that the last one called is what is there afterwards.
  const exchange = (source: string | Directory | undefined, most?: number): Promise<LoadCount> => {
    const done = exchanged.then(async () => {
      const next = await loadedStore(source, most);
      const before = store;
      store = next.store;
      await before.close();
      return next.count;
    });
    exchanged = done.catch(() => {});
    return done;
  };
  const own = createOwn(options, () => store);
  return {
    ...own,
    directory: { ...own.directory, replace: (directory) => exchange(directory) },
    async reset() {
      await exchange(start, mostEntries);
      own.clear();
    },
    async close() {
      await exchanged;
      await store.close();
    },
  };
}

/** The session of a database that is there already. */
export function sessionOn(store: Store, options: SessionOptions): Session {
  const own = createOwn(options, () => store);
  const refuse = async () => {
    throw new Problem(STUB_PROBLEMS.fixedDirectory);
  };
  return { ...own, directory: { ...own.directory, replace: refuse }, reset: refuse, close: () => store.close() };
}

function createOwn({ name, journalSize }: SessionOptions, store: () => Store) {
  const [faults, journal] = [createFaultRules(), createJournal(journalSize)];
  const clear = () => {
    faults.clear();
    journal.clear();
  };
  const user = (id: string) => store().user(id);
  const users = (limit: number) => store().users(limit);
  return { ...{ name, faults, journal, store, clear }, directory: { user, users } };
}

async function loadedStore(
  source: string | Directory | undefined,
  most = Number.POSITIVE_INFINITY,
): Promise<{ store: Store; count: LoadCount }> {
  const store = openSqliteStore(":memory:");
  if (source === undefined) return { store, count: { changed: 0, total: 0 } };
  try {
    const directory = await checkedWithin(most, source);
    const count = await store.load(directory).finally(() => directory.close());
    return { store, count };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Does not read on once it is known that there are more entries than `most`. */
async function checkedWithin(most: number, source: string | Directory): Promise<CheckedDirectory> {
  const refuseAbove = (read: number) => {
    if (read <= most) return;
    const detail = `each session has a copy of the directory, which may have ${most} entries at most; this one has more`;
    throw new DirectoryRefused([detail]);
  };
  let read = 0;
  const directory = await checkDirectory(source, () => {
    read += ENTRIES_A_STEP;
    refuseAbove(read);
  });
  try {
    refuseAbove(directory.total);
    return directory;
  } catch (error) {
    directory.close();
    throw error;
  }
}
