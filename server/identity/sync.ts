import type { BodyViolation, Identity, SyncUserIdentityRequest, User } from "../../generated/types.ts";
import { applyAttributes } from "./attributes.ts";
import { effectiveRoles, type RoleSources, type SyncResult, syncResult } from "./result.ts";
import { compareCodePoints } from "./text.ts";

export interface SignIn extends Pick<RoleSources, "roles" | "mapped" | "now"> {
  user: User;
  request: SyncUserIdentityRequest;
  /** Id of the authenticated caller; stored as `modifiedBy`. */
  caller: string;
  /** Maximum size of a stored user in bytes of JSON. A larger user may stay, and must not grow. */
  maxUserBytes?: number | undefined;
}

/** Default maximum size of a stored user, in bytes of JSON. Each sign-in reads and sends the whole user. */
export const MAX_USER_BYTES = 1_048_576;

/** The response and, if anything changed, the user to save; or the violations for a 400 response. */
export type SyncPlan = { result: SyncResult; changed?: User } | { violations: BodyViolation[] };

/** Computes the outcome of a sync by the rules in server/README.md. Pure. */
export function planSync({
  user,
  roles,
  mapped,
  request,
  caller,
  now,
  maxUserBytes = MAX_USER_BYTES,
}: SignIn): SyncPlan {
  const { audience, connection, clientUpnKey } = request;
  const { identities: storedIdentities = [], attributes: storedAttributes = [], roles: assigned = [] } = user;
  if (gateReason(user, connection.connectionId) !== undefined) {
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
  const bytes = isSame ? 0 : userBytes(next);
  if (bytes > maxUserBytes && bytes > userBytes({ ...user, ...stamp }))
    return { violations: [tooLarge(request, maxUserBytes)] };

  const effective = effectiveRoles({ assigned, roles, mapped, audience, now });
  const result = syncResult({ user: next, isAuthenticated: true, roles: effective, clientUpnKey, now });
  return isSame ? { result } : { result, changed: next };
}

function userBytes(user: User): number {
  return Buffer.byteLength(JSON.stringify(user));
}

/** At the longest attribute, or at the groups if they are longer. */
function tooLarge({ attributes, connection: { groups } }: SyncUserIdentityRequest, maxBytes: number): BodyViolation {
  const lengths = attributes.map(({ key, value }) => key.length + (value?.length ?? 0));
  const longest = Math.max(...lengths);
  const isGroups = (groups ?? []).join().length > longest;
  const pointer = isGroups ? "/connection/groups" : `/attributes/${lengths.indexOf(longest)}`;
  return { pointer, detail: `must NOT make the stored user larger than ${maxBytes} bytes` };
}

/** The groups as stored and matched: trimmed, without blanks and duplicates, sorted by code point. */
export function assertedGroups(groups: readonly string[] | null | undefined): string[] {
  const trimmed = (groups ?? []).map((group) => group.trim()).filter((group) => group !== "");
  return [...new Set(trimmed)].sort(compareCodePoints);
}

/** Why the user is not authenticated at the connection; undefined if the gate is passed. */
export function gateReason(user: User, connectionId: string): string | undefined {
  if (user.isActive === false) return "the user is inactive";
  if (user.organization?.isActive === false) return "the organization is inactive";
  const isKnown = (user.identities ?? []).some((identity) => identity.azoConnectionId === connectionId);
  return isKnown ? undefined : "the user has no identity at the connection";
}

/** Replaces the groups of the identities at one connection. Returns the same array if nothing changes. */
function withGroups(identities: Identity[], connectionId: string, groups: string[]): Identity[] {
  const differs = (identity: Identity) =>
    identity.azoConnectionId === connectionId && !isSameList(identity.groups ?? [], groups);
  if (!identities.some(differs)) return identities;
  return identities.map((identity) => (differs(identity) ? { ...identity, groups } : identity));
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
