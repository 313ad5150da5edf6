import type { Directory, Role, RoleConnectionMap, User } from "../../generated/types.ts";
import { MAX_USER_BYTES } from "../identity/sync.ts";
import { isBlank } from "../identity/text.ts";
import { DirectoryRefused } from "./directory-refused.ts";
import { type Entries, entriesIn } from "./entries.ts";
import { createDirectoryCheck } from "./entry-check.ts";
import { type Claim, createScratch } from "./scratch-database.ts";

/** A directory whose entries have all been checked. Users are read from the source again on each iteration. */
export interface CheckedDirectory {
  /** Number of entries of all kinds. */
  total: number;
  roles: readonly Role[];
  roleConnectionMaps: readonly RoleConnectionMap[];
  /** @throws DirectoryRefused if the source has changed since the check. */
  users(): AsyncIterable<User>;
  /** The identities of all users; each appears once. */
  claims(): Iterable<Claim>;
  hasUser(id: string): boolean;
  /** Members that look misspelt; one line each. */
  warnings: readonly string[];
  close(): void;
}

/** Called every 1,000 entries with the share of the source read so far (0 to 1). An exception stops the check. */
export type CheckProgress = (share: number) => void;

export interface CheckOptions {
  progress?: CheckProgress | undefined;
  /** Maximum size of a user in bytes of JSON. Default 1,048,576. */
  maxUserBytes?: number | undefined;
}

export const ENTRIES_PER_STEP = 1_000;

/**
 * Reads and checks a directory. Roles and maps are kept in memory; users are not.
 * @throws DirectoryRefused with every problem found.
 */
export async function checkDirectory(
  source: string | Directory,
  { progress = () => {}, maxUserBytes = MAX_USER_BYTES }: CheckOptions = {},
): Promise<CheckedDirectory> {
  const entries = await entriesIn(source);
  const scratch = createScratch();
  try {
    const check = createDirectoryCheck(scratch, maxUserBytes);
    const { roles, roleConnectionMaps, total, warnings } = await readAll(entries, check, progress);
    return {
      ...{ total, roles, roleConnectionMaps, warnings },
      users: () => usersIn(entries),
      claims: () => scratch.claims(),
      hasUser: (id) => scratch.hasId("user", id),
      close: () => scratch.close(),
    };
  } catch (error) {
    scratch.close();
    throw error;
  }
}

async function readAll(entries: Entries, check: ReturnType<typeof createDirectoryCheck>, progress: CheckProgress) {
  const roles: Role[] = [];
  const roleConnectionMaps: RoleConnectionMap[] = [];
  let total = 0;
  for await (const entry of entries.read()) {
    total += 1;
    if (total % ENTRIES_PER_STEP === 0) progress(entries.share());
    if (!check.accepts(entry)) continue;
    // The check has validated the value: it has exactly one of these members.
    const { role, roleConnectionMap } = entry.value as { role?: Role; roleConnectionMap?: RoleConnectionMap };
    if (role) roles.push(role);
    if (roleConnectionMap) roleConnectionMaps.push(roleConnectionMap);
  }
  const problems = check.problems();
  if (problems.length > 0) throw new DirectoryRefused(problems);
  return { roles, roleConnectionMaps, total, warnings: check.warnings() };
}

async function* usersIn(entries: Entries): AsyncGenerator<User> {
  for await (const { value } of entries.read()) {
    // Every entry has been validated.
    const { user } = value as { user?: User };
    if (user) yield user;
  }
}

/** The identities of one user. An identity without a connection or without a provider user id is not unique. */
export function claimsOf({ id: userId, identities }: User): Claim[] {
  return (identities ?? []).flatMap(({ azoConnectionId: connection, azoUserId: providerUser }) =>
    connection && providerUser ? [{ connection, providerUser, userId }] : [],
  );
}

/** Ids of the roles assigned to the user, without duplicates. */
export function roleIdsOf({ roles }: User): string[] {
  return [...new Set((roles ?? []).map(({ id }) => id))];
}

/** The connection and group that a map matches. A blank one matches nothing and is stored as null. */
export function mappedFrom({ azoConnectionId, groupName }: RoleConnectionMap) {
  return {
    connection: isBlank(azoConnectionId) ? null : azoConnectionId,
    group: isBlank(groupName) ? null : groupName.trim(),
  };
}
