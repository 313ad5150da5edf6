import type { SyncUserIdentityResponse } from "../../generated/operations.ts";
import type { Organization, Role, User, UserRole } from "../../generated/types.ts";
import { compareCodePoints, isBlank } from "./text.ts";

export interface Outcome {
  user: User;
  isAuthenticated: boolean;
  roles: UserRole[];
  clientUpnKey: string | null | undefined;
  now: Date;
}

/** The body of the 200 response. */
export type SyncResult = Extract<SyncUserIdentityResponse, { status: 200 }>["body"];

/** It is derived from the stored user and is never stored itself. */
export function syncResult({ user, isAuthenticated, roles, clientUpnKey, now }: Outcome): SyncResult {
  const upnKey = isBlank(clientUpnKey) ? undefined : clientUpnKey;
  return { userId: user.id, ...namesOf(user), isAuthenticated, roles, user: responseUser(user, upnKey, now) };
}

/** The response requires names that are not empty. Missing ones are derived from the other stored values. */
export function namesOf(user: User): { displayName: string; givenName: string; familyName: string } {
  const fullName = [user.givenName, user.familyName].filter((name) => !isBlank(name)).join(" ");
  const candidates = [user.displayName, fullName, user.nickname, user.username, user.emailAddress];
  const displayName = candidates.find((name) => !isBlank(name)) ?? user.id;
  const [first = displayName, ...rest] = displayName.trim().split(/\s+/u);
  return {
    displayName,
    givenName: isBlank(user.givenName) ? first || displayName : user.givenName,
    familyName: isBlank(user.familyName) ? rest.join(" ") || displayName : user.familyName,
  };
}

const NO_LISTS = {
  roles: [],
  memberOf: [],
  attributes: [],
  customUpns: [],
  identities: [],
  subscriptions: [],
  applicationDeployments: [],
} satisfies Partial<User>;

/** Values of the members that are not stored. The type requires every member of the contract's User. */
const DEFAULTS: Required<Omit<User, "id">> = {
  type: null,
  username: null,
  emailAddress: null,
  "email-verified": false,
  "email-verify-sent-date": null,
  "email-verification-status-type": null,
  givenName: null,
  familyName: null,
  displayName: null,
  nickname: null,
  picture: null,
  language: null,
  phoneNumber: null,
  recoveryEmailAddress: null,
  isActive: true,
  isMfaDisabled: false,
  mfaEnrollmentStatus: null,
  authenticationMethod: null,
  ownerId: null,
  owner: null,
  organizationId: null,
  organization: null,
  ...NO_LISTS,
  created: null,
  modified: null,
  createdBy: null,
  modifiedBy: null,
};

/** The stored user with all members, without expired entries, and with references to other objects one level deep. */
function responseUser(stored: User, clientUpnKey: string | undefined, now: Date): User {
  const user = { ...DEFAULTS, ...stored };
  return {
    ...user,
    owner: user.owner && { ...DEFAULTS, ...user.owner, ...NO_LISTS, owner: null, organization: null },
    organization: user.organization && withoutLists(user.organization),
    roles: liveOnly(user.roles, now),
    attributes: liveOnly(user.attributes, now),
    customUpns: user.customUpns.filter((upn) => clientUpnKey === undefined || upn.clientUpnKey === clientUpnKey),
    memberOf: user.memberOf.map((membership) => {
      return { ...membership, user: null, roles: liveOnly(membership.roles ?? [], now) };
    }),
    subscriptions: user.subscriptions.map((subscription) => {
      const applicationDeployments = (subscription.applicationDeployments ?? []).map(withoutReferences);
      return { ...subscription, product: null, organization: null, applicationDeployments };
    }),
    applicationDeployments: user.applicationDeployments.map(withoutReferences),
  };
}

function withoutLists(organization: Organization): Organization {
  const lists = { aliases: [], domains: [], members: [], products: [], applications: [], subscriptions: [] };
  return { ...organization, ...lists };
}

function withoutReferences<T>(deployment: T) {
  return { ...deployment, application: null, subscription: null, deploymentTarget: null };
}

export interface RoleSources {
  /** The user's direct assignments, of all audiences. */
  assigned: readonly UserRole[];
  /** Roles of the directory, including all that are assigned or mapped. */
  roles: readonly Role[];
  /** Ids of the roles that maps grant for the connection and groups of this sign-in. */
  mapped: ReadonlySet<string>;
  audience: string;
  now: Date;
}

/** The roles of one sign-in, ordered by name, then id. A role granted by a map never expires. */
export function effectiveRoles({ assigned, roles, mapped, audience, now }: RoleSources): UserRole[] {
  const live = liveOnly(assigned, now);
  return roles
    .filter((role) => role.audience === audience)
    .flatMap(({ id, name, description = null }): UserRole[] => {
      const direct = live.filter((assignment) => assignment.id === id);
      if (mapped.has(id)) return [{ id, name, description, expires: null }];
      return direct.length > 0 ? [{ id, name, description, expires: latestExpiry(direct) }] : [];
    })
    .sort((a, b) => compareCodePoints(a.name, b.name) || compareCodePoints(a.id, b.id));
}

/** The items without an expiry or with one after `now`. */
export function liveOnly<T extends { expires?: string | null }>(items: readonly T[], now: Date): T[] {
  return items.filter(
    ({ expires }) => expires === null || expires === undefined || millisecondsOf(expires) > now.getTime(),
  );
}

/** Date.parse rejects leap seconds (RFC 3339 section 5.7) and offsets without minutes; the contract accepts both. */
function millisecondsOf(time: string): number {
  return Date.parse(time.replace(/:60(?=[.Zz+-])/, ":59").replace(/([+-]\d\d)$/, "$1:00"));
}

/** null (never) if any assignment never expires, otherwise the latest expiry. */
function latestExpiry(assignments: readonly UserRole[]): string | null {
  return assignments.reduce<string | null>((latest, { expires = null }) => {
    if (latest === null || expires === null) return null;
    return millisecondsOf(expires) > millisecondsOf(latest) ? expires : latest;
  }, assignments[0]?.expires ?? null);
}
