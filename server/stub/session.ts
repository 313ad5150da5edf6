import type { Directory, User } from "../../generated/types.ts";
import { Problem } from "../http/problem.ts";
import type { LoadResult } from "../running-server.ts";
import { createMutex } from "../store/mutex.ts";
import { createFaultRules } from "./fault-rules.ts";
import { createJournal } from "./journal.ts";
import type { OperationCheck } from "./operation-id.ts";
import { STUB_PROBLEMS } from "./problem-types.ts";
import { loadUsers, type SessionStore, type SessionUsers } from "./session-users.ts";

/** The users, faults and journal of one caller of a stub. */
export type Session = ReturnType<typeof createSession>;

export interface SessionOptions {
  name: string;
  /** Opens the start directory, at the first use of the users and for a reset. @throws DirectoryRefused */
  open: () => Promise<SessionUsers>;
  /** Maximum size of a user in bytes. */
  userLimit: number | undefined;
  /** Maximum number of journal entries. */
  journalSize: number;
  checkOperation: OperationCheck;
  /** The users are in a database and can't be replaced. Default false. */
  isFixed?: boolean;
}

/** Creates a session. Its users are opened when they are needed, unless they are given. */
export function createSession(
  { name, open, userLimit, journalSize, checkOperation, isFixed = false }: SessionOptions,
  given?: SessionUsers,
) {
  const [faults, journal] = [createFaultRules(checkOperation), createJournal(journalSize, checkOperation)];
  const withMutex = createMutex();
  let users = given;
  const openUsers = () =>
    withMutex(name, async () => {
      users ??= await open();
      return users;
    });
  const replaceUsers = <T extends SessionUsers>(next: () => Promise<T>): Promise<T> =>
    withMutex(name, async () => {
      if (isFixed) throw new Problem(STUB_PROBLEMS.fixedDirectory);
      const [old, opened] = [users, await next()];
      users = opened;
      await old?.close();
      return opened;
    });
  /** The current store; `reset` and `directory.replace` replace it. @throws DirectoryRefused */
  const store = async (): Promise<SessionStore> => (users ?? (await openUsers())).store;
  return {
    ...{ name, faults, journal, store },
    directory: {
      /** The user as stored. */
      user: async (id: string): Promise<User | undefined> => (await store()).user(id),
      /** The first `limit` users by id, and the number of all users. */
      users: async (limit: number): Promise<{ users: User[]; total: number }> => (await store()).users(limit),
      /**
       * Replaces all users, roles and maps.
       * @throws DirectoryRefused, listing every problem, and Problem if the users are in a database; then nothing changes.
       */
      async replace(directory: Directory): Promise<LoadResult> {
        const limits = { maxEntries: Number.POSITIVE_INFINITY, userLimit };
        return (await replaceUsers(() => loadUsers(directory, limits))).count;
      },
    },
    /**
     * Restores the start directory, and removes faults and journal entries.
     * @throws DirectoryRefused if the start directory can't be loaded, and Problem as above; then nothing changes.
     */
    async reset(): Promise<void> {
      await replaceUsers(open);
      faults.clear();
      journal.clear();
    },
    /** Bytes of its own users, faults and journal. */
    bytes: (): number => (users?.bytes() ?? 0) + faults.bytes() + journal.bytes(),
    close: (): Promise<void> => withMutex(name, async () => users?.close()),
  };
}
