import type { RoleConnectionMap, User } from "../../generated/types.ts";
import * as validators from "../../generated/validators.js";
import { unstorableText } from "../identity/text.ts";
import type { Placed } from "./directory.ts";
import type { DirectoryEntry } from "./store.ts";

const KINDS = { user: validators.User, role: validators.Role, roleConnectionMap: validators.RoleConnectionMap };

/** Checks entries one by one and, at the end, what only the whole can show. A directory names all roles it uses. */
export function createDirectoryCheck() {
  const problems: string[] = [];
  const seen = new Set<string>();
  const claimed = new Map<string, string>();
  const roles = new Set<string>();
  const uses: { role: string; where: string }[] = [];

  const unique = (key: string, where: string, message: string) => {
    if (seen.has(key)) problems.push(`${where}: ${message}`);
    seen.add(key);
  };
  const checkIdentity = (identity: string, id: string, where: string) => {
    const owner = claimed.get(identity) ?? id;
    if (owner !== id) problems.push(`${where}: the identity ${identity} already belongs to user '${owner}'`);
    claimed.set(identity, owner);
  };
  const checkUser = ({ id, roles: assigned = [], identities = [] }: User, where: string) => {
    unique(`user ${id}`, where, `the id '${id}' is already taken`);
    uses.push(...assigned.map((role, index) => ({ role: role.id, where: `${where}/roles/${index}` })));
    for (const { azoConnectionId, azoUserId } of identities) {
      if (azoConnectionId && azoUserId) checkIdentity(JSON.stringify([azoConnectionId, azoUserId]), id, where);
    }
  };
  const checkMap = ({ id, roleId }: RoleConnectionMap, where: string) => {
    unique(`map ${id}`, where, `the id '${id}' is already taken`);
    uses.push({ role: roleId, where: `${where}/roleId` });
  };
  return {
    /** The entry, if nothing in it alone is wrong. */
    entry({ value, where }: Placed): DirectoryEntry | undefined {
      const found = violations(value).map((problem) => `${where}${problem}`);
      problems.push(...found);
      if (found.length > 0) return undefined;
      const entry = value as DirectoryEntry;
      if ("user" in entry) checkUser(entry.user, where);
      else if ("roleConnectionMap" in entry) checkMap(entry.roleConnectionMap, where);
      else {
        unique(`role ${entry.role.id}`, where, `the id '${entry.role.id}' is already taken`);
        roles.add(entry.role.id);
      }
      return entry;
    },
    /** Everything that was wrong, in the order of the directory; unknown roles last. */
    problems(): string[] {
      const unknown = uses.filter(({ role }) => !roles.has(role));
      return [...problems, ...unknown.map(({ role, where }) => `${where}: there is no role '${role}'`)];
    },
  };
}

function violations(value: unknown): string[] {
  const [kind, ...others] = Object.keys((value as object | null) ?? {});
  if (others.length > 0 || kind === undefined || !Object.hasOwn(KINDS, kind)) {
    return [`: must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}`];
  }
  const validate: validators.Validator<unknown> = KINDS[kind as keyof typeof KINDS];
  const inner = (value as Record<string, unknown>)[kind];
  const broken = validate(inner) ? [] : (validate.errors ?? []);
  const text = unstorableText(inner).map((pointer) => `${pointer}: must NOT have U+0000 or a lone surrogate`);
  return [...broken.map(({ instancePath, message }) => `${instancePath}: ${message}`), ...text];
}
