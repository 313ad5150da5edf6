import type { NoRole, SignInPreview, UserPreview } from "../../../generated/control/types.ts";
import type { User } from "../../../generated/types.ts";
import { liveOnly, namesOf } from "../../identity/result.ts";
import { assertedGroups, gateReason, planSync } from "../../identity/sync.ts";
import type { Found, Store } from "../../store/store.ts";

interface Place {
  connectionId: string;
  /** As asserted by the sign-in. */
  groups: string[];
}

/** The results that syncs of the user with the stored groups would have now. Writes nothing. */
export async function previewOf(user: User, store: Pick<Store, "sync">, now: Date): Promise<UserPreview> {
  const identities = Map.groupBy(user.identities ?? [], ({ azoConnectionId }) => azoConnectionId || "");
  identities.delete("");
  const places = Array.from(identities, ([connectionId, ofConnection]) => {
    return { connectionId, groups: assertedGroups(ofConnection.flatMap((identity) => identity.groups ?? [])) };
  });
  const previews = places.map(async (place): Promise<Pick<UserPreview, "signIns" | "withoutRoles">> => {
    // The decision has no user, so the store saves nothing.
    const signIns = await store.sync({ userId: user.id, ...place }, (found) => ({
      result: found ? signInsOf(found, place, now) : [],
    }));
    return { signIns, withoutRoles: signIns.length > 0 ? [] : [noRoleAt(user, place)] };
  });
  const results = await Promise.all(previews);
  return {
    ...{ id: user.id, name: namesOf(user).displayName },
    signIns: results.flatMap(({ signIns }) => signIns),
    withoutRoles: places.length > 0 ? results.flatMap(({ withoutRoles }) => withoutRoles) : [withoutConnection(user)],
  };
}

/** One preview for each audience of the roles found. */
function signInsOf(found: Found, { connectionId, groups }: Place, now: Date): SignInPreview[] {
  const audiences = [...new Set(found.roles.map(({ audience }) => audience))].sort();
  return audiences.flatMap((audience) => {
    const request = { audience, attributes: [], connection: { connectionId, groups } };
    const plan = planSync({ ...found, request, caller: "preview", now });
    if ("violations" in plan) return [];
    const { isAuthenticated, roles } = plan.result;
    const preview = { connectionId, audience, isAuthenticated, roles: roles.map(({ name }) => name) };
    if (roles.length > 0) return [preview];
    return [{ ...preview, reason: gateRule(found.user, connectionId) ?? expiredRule(found, audience, now) }];
  });
}

function gateRule(user: User, connectionId: string): string | undefined {
  const reason = gateReason(user, connectionId);
  return reason && `Rule 3, gate: ${reason}.`;
}

/** Roles of the audience were found but are not effective: they are assigned, not mapped. */
function expiredRule({ user, roles }: Found, audience: string, now: Date): string {
  const ids = roles.filter((role) => role.audience === audience).map(({ id }) => id);
  const assigned = (user.roles ?? []).filter(({ id }) => ids.includes(id));
  const expired = assigned.filter((assignment) => liveOnly([assignment], now).length === 0);
  return `Rule 7, roles: the assignment of ${expired.map(({ name, expires }) => `${name} expired at ${expires}`).join(", ")}.`;
}

/** No role is assigned, and no map grants one. */
function noRoleAt(user: User, { connectionId, groups }: Place): NoRole {
  const mapped =
    groups.length === 0
      ? "the identity has no groups that a map could match"
      : `no map has this connection and one of its groups: ${groups.join(", ")}`;
  const rule = `Rule 7, roles: no role is assigned to the user, and ${mapped}.`;
  return { connectionId, reason: gateRule(user, connectionId) ?? rule };
}

function withoutConnection(user: User): NoRole {
  return { reason: gateRule({ ...user, identities: [] }, "") ?? "" };
}
