import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Role, RoleConnectionMap, User } from "../../generated/types.ts";
import { type CheckedDirectory, claimsOf, roleIdsOf } from "../directory/directory.ts";
import { DirectoryRefused } from "../directory/directory-refused.ts";
import type { Claim } from "../directory/scratch-database.ts";
import type { LoadCount, LoadProgress } from "./store.ts";

/** Users per transaction: enough to make the commit cheap per user, few enough not to delay syncs. */
const BATCH_SIZE = 500;

/** The database side of a load. Each method is one transaction; unchanged entries are not written. */
export interface LoadTarget {
  /** Returns the given claims that belong to stored users, with the ids of these users. */
  owned(claims: readonly Claim[]): Promise<Claim[]>;
  /** Returns the number of new or changed entries. */
  saveRoles(roles: readonly Role[], maps: readonly RoleConnectionMap[]): Promise<number>;
  /** Returns the number of new or changed users. */
  saveUsers(users: readonly LoadedUser[]): Promise<number>;
}

export interface LoadedUser {
  id: string;
  document: string;
  /** Hash of the document. A user whose hash equals that of the previous load keeps the changes of later syncs. */
  loaded: string;
  claims: readonly Claim[];
  /** Ids of the roles assigned to the user. */
  roleIds: readonly string[];
}

/** Saves all roles and maps in one transaction, then users in batches, after checking the identities of all users. */
export async function loadDirectory(
  target: LoadTarget,
  directory: CheckedDirectory,
  progress: LoadProgress = () => {},
): Promise<LoadCount> {
  await refuseTakenIdentities(target, directory);
  const { roles, roleConnectionMaps, total } = directory;
  let changed = await target.saveRoles(roles, roleConnectionMaps);
  let done = roles.length + roleConnectionMaps.length;
  for await (const users of batches(directory.users())) {
    changed += await target.saveUsers(users.map(loadedUser));
    done += users.length;
    progress(done);
    // Lets syncs run between batches: SQLite transactions block the event loop.
    await setImmediate();
  }
  return { changed, total };
}

/** Identities may move between users of the directory, but not away from stored users that it does not contain. */
async function refuseTakenIdentities(target: LoadTarget, directory: CheckedDirectory): Promise<void> {
  const keyOf = ({ connection, providerUser }: Claim) => JSON.stringify([connection, providerUser]);
  const problems: string[] = [];
  for await (const claims of batches(directory.claims())) {
    const claimants = new Map(claims.map((claim) => [keyOf(claim), claim.userId]));
    for (const claim of await target.owned(claims)) {
      const [owner, claimant] = [claim.userId, claimants.get(keyOf(claim))];
      if (claimant === owner || directory.hasUser(owner)) continue;
      problems.push(`user '${claimant}': the identity ${keyOf(claim)} belongs to the stored user '${owner}'`);
    }
  }
  if (problems.length > 0) throw new DirectoryRefused(problems);
}

function loadedUser(user: User): LoadedUser {
  const document = JSON.stringify(user);
  const loaded = createHash("sha256").update(document).digest("base64url");
  return { id: user.id, document, loaded, claims: claimsOf(user), roleIds: roleIdsOf(user) };
}

async function* batches<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
