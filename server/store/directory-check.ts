import * as validators from "../../generated/validators.js";
import { unstorableText } from "../identity/text.ts";
import type { Placed } from "./directory.ts";
import type { DirectoryEntry } from "./store.ts";

const KINDS = { user: validators.User, role: validators.Role, roleConnectionMap: validators.RoleConnectionMap };

type Kind = keyof typeof KINDS;
type Members = Record<string, unknown>;

/** Checks entries one by one and, at the end, what only the whole can show. A directory names all roles it uses. */
export function createDirectoryCheck() {
  const problems: string[] = [];
  const owners = { user: new Map<string, string>(), role: new Map<string, string>(), roleConnectionMap: new Map() };
  const identities = new Map<string, string>();
  const uses: { role: unknown; where: string }[] = [];

  const claim = (owned: Map<string, string>, key: string, owner: string) => {
    const first = owned.get(key) ?? owner;
    owned.set(key, first);
    return first;
  };
  const relateUser = ({ id, roles, identities: list }: Members, where: string) => {
    uses.push(...listIn(roles).map((role, index) => ({ role: role.id, where: `${where}/roles/${index}` })));
    for (const { azoConnectionId, azoUserId } of listIn(list)) {
      if (!azoConnectionId || !azoUserId) continue;
      const identity = JSON.stringify([azoConnectionId, azoUserId]);
      const owner = claim(identities, identity, String(id));
      if (owner !== String(id)) problems.push(`${where}: the identity ${identity} already belongs to user '${owner}'`);
    }
  };
  // Members of an entry that breaks its schema are looked at all the same, so that one run shows everything.
  const relate = (kind: Kind, entry: Members, where: string) => {
    const { id, roleId } = entry;
    const isTaken = typeof id === "string" && claim(owners[kind], id, where) !== where;
    if (isTaken) problems.push(`${where}: the id '${id}' is already taken`);
    if (kind === "roleConnectionMap") uses.push({ role: roleId, where: `${where}/roleId` });
    if (kind === "user") relateUser(entry, where);
  };
  return {
    /** The entry, if nothing in it alone is wrong. */
    entry({ value, unreadable, where }: Placed): DirectoryEntry | undefined {
      const kind = kindOf(value);
      if (!kind || unreadable !== undefined) {
        problems.push(`${where}: ${unreadable ?? UNKNOWN_KIND}`);
        return undefined;
      }
      const entry = (value as Record<Kind, unknown>)[kind];
      const found = violations(kind, entry);
      problems.push(...found.map((violation) => `${where}${violation}`));
      if (typeof entry === "object" && entry !== null) relate(kind, entry as Members, where);
      return found.length > 0 ? undefined : (value as DirectoryEntry);
    },
    /** Everything that was wrong, in the order of the directory; unknown roles last. */
    problems(): string[] {
      const unknown = uses.filter(({ role }) => typeof role === "string" && !owners.role.has(role));
      return [...problems, ...unknown.map(({ role, where }) => `${where}: there is no role '${role}'`)];
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
  return [...broken.map(({ instancePath, message }) => `${instancePath}: ${message}`), ...text];
}

/** The items of a list, each in its place; what is no object has no members. */
function listIn(value: unknown): Members[] {
  return Array.isArray(value) ? value.map((item) => (typeof item === "object" && item !== null ? item : {})) : [];
}
