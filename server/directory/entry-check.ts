import type { ValidateFunction } from "ajv/dist/2020.js";
import { loadContract } from "../contract/contract.ts";
import { unstorableText } from "../identity/text.ts";
import { didYouMean, nearest } from "../nearest.ts";
import type { Entry } from "./entries.ts";
import type { Scratch } from "./scratch-database.ts";
import { createSpellingCheck } from "./spelling.ts";

/** The schema of each kind of entry. */
const SCHEMAS = { user: "User", role: "Role", roleConnectionMap: "RoleConnectionMap" } as const;
const UNKNOWN_KIND = 'must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}';
const MAX_PROBLEMS = 1_000;

type Kind = keyof typeof SCHEMAS;
type Members = Record<string, unknown>;

/**
 * Checks each entry against its schema, and ids, identities and role references across the whole directory.
 * @param maxUserBytes Maximum size of a user in bytes of JSON.
 */
export function createDirectoryCheck(scratch: Scratch, maxUserBytes: number) {
  const contract = loadContract();
  const spelling = createSpellingCheck(contract.document);
  const problems: string[] = [];
  let count = 0;

  const report = (problem: string) => {
    count += 1;
    if (count <= MAX_PROBLEMS) problems.push(problem);
  };
  const useRole = (role: unknown, where: string) => {
    if (typeof role === "string") scratch.useRole(role, where);
  };
  const claim = ({ azoConnectionId, azoUserId }: Members, userId: string, where: string) => {
    if (!azoConnectionId || !azoUserId) return;
    const owner = scratch.claim({ connection: String(azoConnectionId), providerUser: String(azoUserId), userId });
    if (owner === userId) return;
    report(`${where}: the identity ${JSON.stringify([azoConnectionId, azoUserId])} already belongs to user '${owner}'`);
  };
  const checkUser = (id: string, roles: Members[], identities: Members[], where: string) => {
    for (const [index, role] of roles.entries()) useRole(role.id, `${where}/roles/${index}`);
    for (const identity of identities) claim(identity, id, where);
  };
  // Also for entries that violate their schema, so that one run reports all problems.
  const checkReferences = (kind: Kind, { id, roleId, roles, identities }: Members, where: string) => {
    if (typeof id === "string" && !scratch.addId(kind, id)) report(`${where}: the id '${id}' is already taken`);
    if (kind === "roleConnectionMap") useRole(roleId, `${where}/roleId`);
    if (kind === "user") checkUser(String(id), listIn(roles), listIn(identities), where);
  };
  return {
    /** True if the entry itself is valid. */
    accepts({ value, syntaxError, where }: Entry): boolean {
      const kind = kindOf(value);
      if (!kind) {
        report(`${where}: ${syntaxError ?? unknownKind(value)}`);
        return false;
      }
      const entry = (value as Record<Kind, unknown>)[kind];
      const maxBytes = kind === "user" ? maxUserBytes : Number.POSITIVE_INFINITY;
      const violations = violationsOf(entry, contract.validator(SCHEMAS[kind]), maxBytes);
      for (const violation of violations) report(`${where}${violation}`);
      checkReferences(kind, membersOf(entry), where);
      if (violations.length === 0) spelling.check(entry, SCHEMAS[kind], where);
      return violations.length === 0;
    },
    /** Members of valid entries that look misspelt. */
    warnings: spelling.warnings,
    /** All problems, in the order of the entries; unknown roles come last. */
    problems(): string[] {
      for (const { role, place } of scratch.unknownRoles()) report(`${place}: there is no role '${role}'`);
      const more = count - problems.length;
      return more > 0 ? [...problems, `and ${more} more`] : problems;
    },
  };
}

function kindOf(value: unknown): Kind | undefined {
  const [kind = "", ...others] = Object.keys((value as object | null | undefined) ?? {});
  return others.length === 0 && Object.hasOwn(SCHEMAS, kind) ? (kind as Kind) : undefined;
}

function unknownKind(value: unknown): string {
  const [sent = "", ...others] = Object.keys((value as object | null | undefined) ?? {});
  const suggested = others.length === 0 ? nearest(sent, Object.keys(SCHEMAS)) : undefined;
  return suggested === undefined ? UNKNOWN_KIND : `${UNKNOWN_KIND}.${didYouMean(suggested)}`;
}

function violationsOf(entry: unknown, validate: ValidateFunction, maxBytes: number): string[] {
  if (isTooDeep(entry)) return [": is nested too deeply"];
  const schema = validate(entry) ? [] : (validate.errors ?? []);
  const text = unstorableText(entry).map((pointer) => `${pointer}: must NOT have U+0000 or a lone surrogate`);
  const size = sizeViolations(entry, maxBytes);
  return [...schema.map(({ instancePath, message }) => `${instancePath}: ${message}`), ...text, ...size];
}

/** JSON.stringify overflows the stack near 5,000 levels, or earlier if the stack is in use already. */
const MAX_DEPTH = 1_000;

function isTooDeep(entry: unknown): boolean {
  let level = objectsIn([entry]);
  for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth += 1) {
    level = level.flatMap((value) => objectsIn(Object.values(value)));
  }
  return level.length > 0;
}

/** Objects and arrays. */
function objectsIn(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === "object" && value !== null);
}

function sizeViolations(entry: unknown, maxBytes: number): string[] {
  try {
    const bytes = Buffer.byteLength(JSON.stringify(entry));
    return bytes > maxBytes ? [`: has ${bytes} bytes as JSON; the limit is ${maxBytes}`] : [];
  } catch {
    // An object of the same process can have a bigint or a toJSON that throws.
    return [": must be JSON"];
  }
}

function listIn(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(membersOf) : [];
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
