import type {
  BodyViolation,
  Identity,
  Role,
  SyncUserIdentityRequest,
  SyncUserIdentityResult,
  User,
} from "../../generated/types.ts";
import { applyAttributes } from "./attributes.ts";
import { syncResult } from "./result.ts";
import { effectiveRoles } from "./roles.ts";
import { compareCodePoints } from "./text.ts";

export interface SignIn {
  user: User;
  /** Directory roles: at least those assigned to the user or mapped to the groups. */
  roles: readonly Role[];
  /** Ids of the roles that maps grant to the groups of this sign-in. */
  mapped: ReadonlySet<string>;
  request: SyncUserIdentityRequest;
  /** Who asks; becomes `modifiedBy`. */
  caller: string;
  now: Date;
}

/** What a sync answers, and the user to save where something changed; or why the request can't be carried out. */
export type SyncPlan = { result: SyncUserIdentityResult; changed?: User } | { violations: BodyViolation[] };

/** Decides one sync: steps 3 to 11 of the rules in server/README.md. Pure: the same arguments, the same plan. */
export function planSync({ user, roles, mapped, request, caller, now }: SignIn): SyncPlan {
  const { audience, connection, clientUpnKey } = request;
  const { identities: storedIdentities = [], attributes: storedAttributes = [], roles: assigned = [] } = user;
  if (!passesGate(user, connection.connectionId)) {
    return { result: syncResult({ user, isAuthenticated: false, roles: [], clientUpnKey, now }) };
  }
  const identities = withGroups(storedIdentities, connection.connectionId, assertedGroups(connection.groups));
  const claims = { user, stored: storedAttributes, asserted: request.attributes, now };
  const { profile, attributes, violations } = applyAttributes(claims);
  if (violations.length > 0) return { violations };

  const isSame =
    identities === storedIdentities && attributes === storedAttributes && Object.keys(profile).length === 0;
  const stamp = { modified: now.toISOString(), modifiedBy: caller };
  const next = isSame ? user : { ...user, ...profile, identities, attributes, ...stamp };
  const effective = effectiveRoles({ assigned, roles, mapped, audience, now });
  const result = syncResult({ user: next, isAuthenticated: true, roles: effective, clientUpnKey, now });
  return isSame ? { result } : { result, changed: next };
}

/** The groups of a request as they are stored and matched: trimmed, no blanks, no duplicates, by code point. */
export function assertedGroups(groups: readonly string[] | null | undefined): string[] {
  const trimmed = (groups ?? []).map((group) => group.trim()).filter((group) => group !== "");
  return [...new Set(trimmed)].sort(compareCodePoints);
}

function passesGate(user: User, connectionId: string): boolean {
  if (user.isActive === false || user.organization?.isActive === false) return false;
  return (user.identities ?? []).some((identity) => identity.azoConnectionId === connectionId);
}

/** Replaces the groups of the identities at one connection; the same list where that changes nothing. */
function withGroups(identities: Identity[], connectionId: string, groups: string[]): Identity[] {
  const differs = (identity: Identity) =>
    identity.azoConnectionId === connectionId && !isSameList(identity.groups ?? [], groups);
  if (!identities.some(differs)) return identities;
  return identities.map((identity) => (differs(identity) ? { ...identity, groups } : identity));
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
