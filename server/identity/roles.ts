import type { Role, UserRole } from "../../generated/types.ts";
import { compareCodePoints } from "./text.ts";

export interface RoleSources {
  /** The user's direct assignments, of all audiences. */
  assigned: readonly UserRole[];
  /** Directory roles: at least those that are assigned or mapped. */
  roles: readonly Role[];
  /** Ids of the roles that maps grant to the groups of this sign-in. */
  mapped: ReadonlySet<string>;
  audience: string;
  now: Date;
}

/** Effective roles for one sign-in; ordered by name, then id. A map never expires. */
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

/** What has no expiry or expires after `now`. */
export function liveOnly<T extends { expires?: string | null }>(items: readonly T[], now: Date): T[] {
  return items.filter((item) => isLive(item, now));
}

export function isLive({ expires }: { expires?: string | null }, now: Date): boolean {
  return expires === null || expires === undefined || millisecondsOf(expires) > now.getTime();
}

/** A date-time may name a leap second (RFC 3339 section 5.7) or an offset of hours alone, which Date does not know. */
function millisecondsOf(time: string): number {
  return Date.parse(time.replace(/:60(?=[.Zz+-])/, ":59").replace(/([+-]\d\d)$/, "$1:00"));
}

/** null (never) if any assignment never expires, else the last moment one of them holds. */
function latestExpiry(assignments: readonly UserRole[]): string | null {
  return assignments.reduce<string | null>((latest, { expires = null }) => {
    if (latest === null || expires === null) return null;
    return millisecondsOf(expires) > millisecondsOf(latest) ? expires : latest;
  }, assignments[0]?.expires ?? null);
}
