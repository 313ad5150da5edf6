import type { Directory, Role, RoleConnectionMap, User } from "../../generated/types.ts";
import { DirectoryRefused } from "../store/store.ts";
import type { CheckedDirectory } from "./checked-directory.ts";
import { type Entries, entriesIn } from "./entries.ts";
import { createDirectoryCheck } from "./entry-check.ts";
import { createScratch } from "./scratch-database.ts";

/** Entries after which progress is told, each time. */
export const ENTRIES_A_STEP = 1_000;

/** The share that has been read, from 0 to 1. What it throws ends the reading. */
export type CheckProgress = (share: number) => void;

/**
 * Reads a whole directory and checks it. Roles and maps are kept in memory; users stay in the file.
 * @throws DirectoryRefused, listing every problem.
 */
export async function checkDirectory(
  source: string | Directory,
  progress: CheckProgress = () => {},
): Promise<CheckedDirectory> {
  const entries = await entriesIn(source);
  const scratch = createScratch();
  try {
    const { roles, roleConnectionMaps, total } = await readAll(entries, createDirectoryCheck(scratch), progress);
    return {
      ...{ total, roles, roleConnectionMaps },
      users: () => usersIn(entries),
      claims: () => scratch.claims(),
      hasUser: (id) => scratch.has("user", id),
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
  for await (const placed of entries.read()) {
    total += 1;
    if (total % ENTRIES_A_STEP === 0) progress(entries.share());
    const kind = check.entry(placed);
    // The check has seen to it that the value is of that kind.
    if (kind === "role") roles.push((placed.value as { role: Role }).role);
    if (kind === "roleConnectionMap")
      roleConnectionMaps.push((placed.value as { roleConnectionMap: RoleConnectionMap }).roleConnectionMap);
  }
  const problems = check.problems();
  if (problems.length > 0) throw new DirectoryRefused(problems);
  return { roles, roleConnectionMaps, total };
}

async function* usersIn(entries: Entries): AsyncGenerator<User> {
  for await (const { value } of entries.read()) {
    // Each entry has been checked: it has one member.
    const { user } = value as { user?: User };
    if (user) yield user;
  }
}
