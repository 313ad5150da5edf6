import type { Role, User } from "../../../generated/types.ts";
import type { Found, SyncKey } from "../store.ts";
import { lockedUser, reachableRoles, syncedUsers, unlockedUsers } from "./sync-statements.ts";
import { BEGIN, COMMIT, type Row, rollBack, type Send } from "./transaction.ts";

/** A sync whose caller waits. */
export interface PendingSync {
  key: SyncKey;
  /** Milliseconds of `performance.now()`. */
  deadline: number;
  /** True after the deadline, when the caller has its error. */
  isOver(): boolean;
  /** Decides on the locked user. `settle` passes the result or the error of the decision on to the caller. */
  decide(find: () => Found | undefined): { changed?: User | undefined; settle: () => void };
  reject(error: unknown): void;
}

/** `settle` must be called after the transaction. The users of `skipped` are unknown or locked by other transactions. */
export interface Synced {
  settle: () => void;
  skipped: PendingSync[];
}

/**
 * One transaction for syncs of different users: the first round trip locks their rows and reads, the second saves and
 * commits; it is omitted if nothing changes. Each decision is made on a locked row. Several syncs do not wait for locked
 * rows: those syncs are skipped. One sync calls `onWait` and waits.
 */
export async function syncIn(send: Send, syncs: readonly PendingSync[], onWait: () => void): Promise<Synced> {
  const found = await readLocked(send, syncs, onWait);
  const isSkipped = ({ key }: PendingSync) => syncs.length > 1 && !found.has(key.userId);
  // A decision after the deadline could be saved over a later sync of the same user.
  const decided = syncs.filter((sync) => !isSkipped(sync) && !sync.isOver());
  const decisions = decided.map(({ key, decide }) => decide(() => foundIn(found.get(key.userId))));
  const changed = decisions.flatMap((decision) => decision.changed ?? []);
  // If the save fails, COMMIT acts as a rollback, and `send` rejects with the error of the save.
  if (changed.length > 0) await send(syncedUsers(changed), COMMIT);
  // Unlike the commit of a locked row, a rollback does not wait for the disk.
  else rollBack(send);
  const settle = () => {
    for (const decision of decisions) decision.settle();
  };
  return { settle, skipped: syncs.filter(isSkipped) };
}

/** A locked user and the roles that its sign-in can reach. */
interface Locked {
  document: string | undefined;
  roles: Row[];
}

async function readLocked(send: Send, syncs: readonly PendingSync[], onWait: () => void) {
  const keys = syncs.map(({ key }) => key);
  const [, users, roles] = await send(BEGIN, unlockedUsers(keys), reachableRoles(keys));
  const [only] = keys;
  if (users?.rowCount !== 0 || keys.length > 1 || !only) return lockedBy(users?.rows, roles?.rows);
  onWait();
  const [waited, rolesNow] = await send(lockedUser(only.userId), reachableRoles(keys));
  return lockedBy(waited?.rows, rolesNow?.rows);
}

function lockedBy(users: Row[] = [], roles: Row[] = []): Map<string | undefined, Locked> {
  const locked = new Map(users.map(({ id, document }) => [id, { document, roles: [] as Row[] }]));
  for (const role of roles) locked.get(role.user_id)?.roles.push(role);
  return locked;
}

function foundIn(locked: Locked | undefined): Found | undefined {
  if (locked?.document === undefined) return undefined;
  const roles = new Map<string, Role>();
  const mapped = new Set<string>();
  for (const { document = "", source } of locked.roles) {
    const role = JSON.parse(document) as Role;
    roles.set(role.id, role);
    if (source === "mapped") mapped.add(role.id);
  }
  return { user: JSON.parse(locked.document) as User, roles: [...roles.values()], mapped };
}
