import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Role, RoleConnectionMap, User } from "../../generated/types.ts";
import { type CheckedDirectory, type Claim, claimsOf, roleIdsOf } from "../directory/checked-directory.ts";
import { DirectoryRefused, type LoadCount } from "./store.ts";

/** Users saved in one transaction: long enough to pay for its commit, short enough for syncs to wait. */
const BATCH = 500;

/** How a store saves what a directory holds. Each call is one transaction; an entry that is as it was is left alone. */
export interface LoadTarget {
  /** Those of the claims whose identity a stored user has, with that user's id as `userId`. */
  owned(claims: readonly Claim[]): Promise<Claim[]>;
  /** Answers how many were new or changed. */
  saveRoles(roles: readonly Role[], maps: readonly RoleConnectionMap[]): Promise<number>;
  saveUsers(users: readonly LoadedUser[]): Promise<number>;
}

export interface LoadedUser {
  id: string;
  document: string;
  /**
   * Hash of the document. A user counts as changed only if it differs from the one loaded before: a restart with the
   * same file keeps what syncs have stored since.
   */
  loaded: string;
  claims: readonly Claim[];
  /** Of the roles assigned to the user. */
  roleIds: readonly string[];
}

/** What has been done so far, of all entries. */
export type Progress = (done: number) => void;

/**
 * Loads a directory: first everything is looked at that could refuse it; then all roles and maps are saved at once, then
 * users in batches. Where it breaks off, whole batches are there, and loading the same again completes it.
 */
export async function loadDirectory(
  target: LoadTarget,
  directory: CheckedDirectory,
  progress: Progress = () => {},
): Promise<LoadCount> {
  await refuseTaken(target, directory);
  const { roles, roleConnectionMaps, total } = directory;
  let changed = await target.saveRoles(roles, roleConnectionMaps);
  let done = roles.length + roleConnectionMaps.length;
  for await (const users of inBatches(directory.users())) {
    changed += await target.saveUsers(users.map(loadedUser));
    done += users.length;
    progress(done);
    // Syncs come between two batches.
    await setImmediate();
  }
  return { changed, total };
}

/** An identity may move between users of the directory; one of a stored user that is not in it stays. */
async function refuseTaken(target: LoadTarget, directory: CheckedDirectory): Promise<void> {
  const problems: string[] = [];
  for await (const claims of inBatches(directory.claims())) {
    const claimant = new Map(claims.map((claim) => [keyOf(claim), claim.userId]));
    for (const owned of await target.owned(claims)) {
      const { connection, providerUser, userId } = owned;
      const loading = claimant.get(keyOf(owned));
      if (loading === userId || directory.hasUser(userId)) continue;
      const identity = `its identity (${connection}, ${providerUser})`;
      problems.push(`user ${loading}: ${identity} belongs to the stored user ${userId}`);
    }
  }
  if (problems.length > 0) throw new DirectoryRefused(problems);
}

const keyOf = ({ connection, providerUser }: Claim) => JSON.stringify([connection, providerUser]);

function loadedUser(user: User): LoadedUser {
  const document = JSON.stringify(user);
  const loaded = createHash("sha256").update(document).digest("base64url");
  return { id: user.id, document, loaded, claims: claimsOf(user), roleIds: roleIdsOf(user) };
}

async function* inBatches<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
