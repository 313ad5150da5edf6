import type { Role, UserRole } from "../../generated/types.ts";
import { compareCodePoints } from "./text.ts";

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
