import type { SignInPreview, UserPreview } from "../../../generated/control/types.ts";
import type { User } from "../../../generated/types.ts";
import { namesOf } from "../../identity/result.ts";
import { assertedGroups, planSync } from "../../identity/sync.ts";
import type { Found, Store } from "../../store/store.ts";

/** The results that syncs of the user with the stored groups would have now. Writes nothing. */
export async function previewOf(user: User, store: Pick<Store, "sync">, now: Date): Promise<UserPreview> {
  const identities = Map.groupBy(user.identities ?? [], ({ azoConnectionId }) => azoConnectionId || "");
  identities.delete("");
  const signIns = Array.from(identities, ([connectionId, ofConnection]) => {
    const groups = assertedGroups(ofConnection.flatMap((identity) => identity.groups ?? []));
    // The decision has no user, so the store saves nothing.
    return store.sync({ userId: user.id, connectionId, groups }, (found) => ({
      result: found ? signInsOf(found, { connectionId, groups, now }) : [],
    }));
  });
  return { id: user.id, name: namesOf(user).displayName, signIns: (await Promise.all(signIns)).flat() };
}

/** One preview for each audience of the roles found. */
function signInsOf(
  found: Found,
  { connectionId, groups, now }: { connectionId: string; groups: string[]; now: Date },
): SignInPreview[] {
  const audiences = [...new Set(found.roles.map(({ audience }) => audience))].sort();
  return audiences.flatMap((audience) => {
    const request = { audience, attributes: [], connection: { connectionId, groups } };
    const plan = planSync({ ...found, request, caller: "preview", now });
    if ("violations" in plan) return [];
    const { isAuthenticated, roles } = plan.result;
    return [{ connectionId, audience, isAuthenticated, roles: roles.map(({ name }) => name) }];
  });
}
