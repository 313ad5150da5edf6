import type { SignInPreview, UserPreview } from "../../../generated/control/types.ts";
import type { User } from "../../../generated/types.ts";
import { namesOf } from "../../identity/result.ts";
import { assertedGroups, planSync } from "../../identity/sync.ts";
import type { Decision, Found, Store } from "../../store/store.ts";

/** What a sign-in of the user would give now, with the groups that are stored; nothing is written. */
export async function previewOf(user: User, store: Store, now: Date): Promise<UserPreview> {
  const connections = new Set((user.identities ?? []).flatMap(({ azoConnectionId }) => azoConnectionId || []));
  const signIns = await Promise.all(
    Array.from(connections, (connectionId) => signInsAt(connectionId, { user, store, now })),
  );
  return { id: user.id, name: namesOf(user).displayName, signIns: signIns.flat() };
}

interface Previewed {
  user: User;
  store: Store;
  now: Date;
}

/** One for each audience of the roles that can be reached there. */
function signInsAt(connectionId: string, { user, store, now }: Previewed): Promise<SignInPreview[]> {
  const identities = (user.identities ?? []).filter((identity) => identity.azoConnectionId === connectionId);
  const groups = assertedGroups(identities.flatMap((identity) => identity.groups ?? []));
  // Without a user in the decision the store saves nothing.
  const decide = (found: Found | undefined): Decision<SignInPreview[]> => {
    const audiences = [...new Set((found?.roles ?? []).map(({ audience }) => audience))].sort();
    return { result: audiences.flatMap((audience) => (found ? signIn(found, audience) : [])) };
  };
  const signIn = (found: Found, audience: string): SignInPreview[] => {
    const request = { audience, attributes: [], connection: { connectionId, groups } };
    const plan = planSync({ ...found, request, caller: "preview", now });
    if ("violations" in plan) return [];
    const { isAuthenticated = false, roles } = plan.result;
    return [{ connectionId, audience, isAuthenticated, roles: (roles ?? []).map(({ name }) => name) }];
  };
  return store.sync({ userId: user.id, connectionId, groups }, decide);
}
