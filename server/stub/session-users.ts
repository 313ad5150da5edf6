import { stat } from "node:fs/promises";
import type { Directory, User } from "../../generated/types.ts";
import { ENTRIES_PER_STEP } from "../directory/directory.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import { load } from "../load.ts";
import type { LoadResult } from "../running-server.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";

export type SessionStore = Omit<Store, "load" | "close">;

/** The users, roles and maps of a session. */
export interface SessionUsers {
  store: SessionStore;
  /** Bytes that only this session holds. */
  bytes(): number;
  close(): Promise<void>;
}

export interface DirectoryLimits {
  maxEntries: number;
  /** Maximum size of a user in bytes. */
  userLimit: number | undefined;
}

/**
 * Loads a directory into a store of its own. Stops reading one of more than `maxEntries` entries.
 * @throws DirectoryRefused
 */
export async function loadUsers(
  source: string | Directory = { users: [], roles: [], roleConnectionMaps: [] },
  { maxEntries, userLimit }: DirectoryLimits,
): Promise<SessionUsers & { store: Store; count: LoadResult }> {
  const rejectAbove = (entries: number) => {
    if (entries <= maxEntries) return;
    const rule = `each session has a copy of the directory, which may have ${maxEntries} entries at most`;
    throw new DirectoryRefused([`${rule}; this one has more`]);
  };
  const store = openSqliteStore(":memory:");
  let read = 0;
  const progress = (phase: string) => {
    if (phase === "checking") read += ENTRIES_PER_STEP;
    rejectAbove(read);
  };
  try {
    const count = await load(store, source, { userLimit, progress });
    rejectAbove(count.total);
    return { store, count, bytes: store.bytes, close: store.close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Shared {
  version: string;
  loaded: ReturnType<typeof loadUsers>;
  /** Number of sessions that use it. */
  sessions: number;
}

/**
 * Returns a function that opens the start directory for a session. All sessions read the same store, and each has its own
 * copies of the users that it changes. A changed file is loaded again, for later sessions.
 */
export function shareStartDirectory(start: string | Directory | undefined, limits: DirectoryLimits) {
  let latest: Shared | undefined;
  return async (): Promise<SessionUsers> => {
    const version = await versionOf(start);
    if (latest?.version !== version) latest = { version, loaded: loadUsers(start, limits), sessions: 0 };
    const shared = latest;
    shared.sessions += 1;
    const close = async () => {
      shared.sessions -= 1;
      if (shared.sessions > 0) return;
      if (latest === shared) latest = undefined;
      await (await shared.loaded).close();
    };
    try {
      return { ...copyOnWrite((await shared.loaded).store), close };
    } catch (error) {
      if (latest === shared) latest = undefined;
      throw error;
    }
  };
}

/** Differs after a change of the file. A file that can't be read is reported by the load. */
async function versionOf(start: string | Directory | undefined): Promise<string> {
  if (typeof start !== "string") return "";
  const { ino, size, mtimeMs } = await stat(start).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }));
  return [ino, size, mtimeMs].join();
}

/** Reads from `base`, which stays as it is, and keeps the changed users as JSON, by id; outside V8's heap like `base`. */
function copyOnWrite(base: Store): Pick<SessionUsers, "store" | "bytes"> {
  const changed = new Map<string, Buffer>();
  let bytes = 0;
  const current = (user: User): User => {
    const json = changed.get(user.id);
    return json === undefined ? user : (JSON.parse(json.toString()) as User);
  };
  const save = (user: User) => {
    const json = Buffer.from(JSON.stringify(user));
    bytes += json.length - (changed.get(user.id)?.length ?? 0);
    changed.set(user.id, json);
  };
  const store: SessionStore = {
    sync: (key, change) =>
      base.sync(key, (found) => {
        // The roles found are those of the base, because a sync does not change the assigned roles.
        const { user, result } = change(found && { ...found, user: current(found.user) });
        if (user) save(user);
        return { result };
      }),
    async user(id) {
      const user = await base.user(id);
      return user && current(user);
    },
    async users(limit) {
      const { users, total } = await base.users(limit);
      return { users: users.map(current), total };
    },
    ready: base.ready,
  };
  return { store, bytes: () => bytes };
}
