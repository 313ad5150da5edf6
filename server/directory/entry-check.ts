import * as validators from "../../generated/validators.js";
import { unstorableText } from "../identity/text.ts";
import type { Placed } from "./entries.ts";
import type { Scratch } from "./scratch-database.ts";

const KINDS = { user: validators.User, role: validators.Role, roleConnectionMap: validators.RoleConnectionMap };
/** A file that is wrong throughout need not be told of line by line. */
const MOST_PROBLEMS = 1_000;

type Kind = keyof typeof KINDS;
type Members = Record<string, unknown>;

/** Checks entries one by one and, at the end, what only the whole can show. A directory names all roles it uses. */
export function createDirectoryCheck(scratch: Scratch) {
  const problems: string[] = [];
  let count = 0;

  const report = (problem: string) => {
    count += 1;
    if (count <= MOST_PROBLEMS) problems.push(problem);
  };
  const useRole = (role: unknown, where: string) => {
    if (typeof role === "string") scratch.useRole(role, where);
  };
  const claim = (identity: Members, userId: string, where: string) => {
    const { azoConnectionId, azoUserId } = identity;
    if (!azoConnectionId || !azoUserId) return;
    const owner = scratch.claim({ connection: String(azoConnectionId), providerUser: String(azoUserId), userId });
    if (owner === userId) return;
    report(`${where}: the identity ${JSON.stringify([azoConnectionId, azoUserId])} already belongs to user '${owner}'`);
  };
  const relateUser = ({ id, roles, identities }: Members, where: string) => {
    for (const [index, role] of listIn(roles).entries()) useRole(role.id, `${where}/roles/${index}`);
    for (const identity of listIn(identities)) claim(identity, String(id), where);
  };
  // Members of an entry that breaks its schema are looked at all the same, so that one run shows everything.
  const relate = (kind: Kind, entry: Members, where: string) => {
    const { id, roleId } = entry;
    const isTaken = typeof id === "string" && !scratch.takeId(kind, id);
    if (isTaken) report(`${where}: the id '${id}' is already taken`);
    if (kind === "roleConnectionMap") useRole(roleId, `${where}/roleId`);
    if (kind === "user") relateUser(entry, where);
  };
  return {
    /** The entry's kind, if nothing in it alone is wrong. */
    entry({ value, unreadable, where }: Placed): Kind | undefined {
      const kind = unreadable === undefined ? kindOf(value) : undefined;
      if (!kind) {
        report(`${where}: ${unreadable ?? UNKNOWN_KIND}`);
        return undefined;
      }
      const entry = (value as Record<Kind, unknown>)[kind];
      const found = violations(kind, entry);
      for (const violation of found) report(`${where}${violation}`);
      relate(kind, membersOf(entry), where);
      return found.length > 0 ? undefined : kind;
    },
    /** What was wrong, in the order of the directory; unknown roles last. */
    problems(): string[] {
      for (const { role, place } of scratch.unknownRoles()) report(`${place}: there is no role '${role}'`);
      const more = count - problems.length;
      return more > 0 ? [...problems, `and ${more} more`] : problems;
    },
  };
}

const UNKNOWN_KIND = 'must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}';

function kindOf(value: unknown): Kind | undefined {
  const [kind = "", ...others] = Object.keys((value as object | null) ?? {});
  return others.length === 0 && Object.hasOwn(KINDS, kind) ? (kind as Kind) : undefined;
}

function violations(kind: Kind, entry: unknown): string[] {
  const validate: validators.Validator<unknown> = KINDS[kind];
  const broken = validate(entry) ? [] : (validate.errors ?? []);
  const text = unstorableText(entry).map((pointer) => `${pointer}: must NOT have U+0000 or a lone surrogate`);
  const found = [...broken.map(({ instancePath, message }) => `${instancePath}: ${message}`), ...text];
  return found.length > 0 || isStorable(entry) ? found : [": is nested too deeply"];
}

/** JSON.stringify ends near 5,000 levels, and free JSON objects may have more. */
function isStorable(entry: unknown): boolean {
  try {
    JSON.stringify(entry);
    return true;
  } catch {
    return false;
  }
}

/** The items of a list, each in its place. */
function listIn(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}

/** What is no object has no members. */
function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
