import type { ValidateFunction } from "ajv/dist/2020.js";
import type { RoleConnectionMap, User } from "../../generated/types.ts";
import { loadContract } from "../contract/contract.ts";
import { unstorableText } from "../identity/text.ts";
import type { Entry } from "./entries.ts";
import { type Claim, claimsOf, type Scratch } from "./scratch-database.ts";

/** The schema of each kind of entry. */
const SCHEMAS = { user: "User", role: "Role", roleConnectionMap: "RoleConnectionMap" } as const;
const UNKNOWN_KIND = 'must be one of {"user": …}, {"role": …} and {"roleConnectionMap": …}';
const MAX_PROBLEMS = 1_000;

type Kind = keyof typeof SCHEMAS;
/** It has exactly one member; roles have no references. */
type ValidEntry = { user?: User; roleConnectionMap?: RoleConnectionMap };

/** Checks each entry against its schema, and ids, identities and role references across the whole directory. */
export function createDirectoryCheck(scratch: Scratch) {
  const contract = loadContract();
  const problems: string[] = [];
  let count = 0;

  const report = (problem: string) => {
    count += 1;
    if (count <= MAX_PROBLEMS) problems.push(problem);
  };
  const addId = (kind: Kind, entry: unknown, where: string) => {
    const { id }: { id?: unknown } = Object(entry);
    if (typeof id === "string" && !scratch.addId(kind, id)) report(`${where}: the id '${id}' is already taken`);
  };
  const addClaim = (claim: Claim, where: string) => {
    const owner = scratch.claim(claim);
    const identity = JSON.stringify([claim.connection, claim.providerUser]);
    if (owner !== claim.userId) report(`${where}: the identity ${identity} already belongs to user '${owner}'`);
  };
  const checkReferences = ({ user, roleConnectionMap }: ValidEntry, where: string) => {
    if (roleConnectionMap) scratch.useRole(roleConnectionMap.roleId, `${where}/roleId`);
    if (!user) return;
    for (const [index, { id }] of (user.roles ?? []).entries()) scratch.useRole(id, `${where}/roles/${index}`);
    for (const claim of claimsOf(user)) addClaim(claim, where);
  };
  return {
    /** True if the entry itself is valid. The id of an invalid entry counts, its references do not. */
    accepts({ value, syntaxError, where }: Entry): boolean {
      const kind = kindOf(value);
      if (!kind) {
        report(`${where}: ${syntaxError ?? UNKNOWN_KIND}`);
        return false;
      }
      const entry = (value as Record<Kind, unknown>)[kind];
      const violations = violationsOf(contract.validator(SCHEMAS[kind]), entry);
      for (const violation of violations) report(`${where}${violation}`);
      addId(kind, entry, where);
      if (violations.length === 0) checkReferences(value as ValidEntry, where);
      return violations.length === 0;
    },
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

function violationsOf(validate: ValidateFunction, entry: unknown): string[] {
  const schema = validate(entry) ? [] : (validate.errors ?? []);
  const text = unstorableText(entry).map((pointer) => `${pointer}: must NOT have U+0000 or a lone surrogate`);
  return [...schema.map(({ instancePath, message }) => `${instancePath}: ${message}`), ...text];
}
