import type { SyncUserIdentityResult, User, UserRole } from "../../generated/types.ts";
import { isBlank } from "./text.ts";
import { userInAnswer } from "./user-document.ts";

export interface Outcome {
  user: User;
  isAuthenticated: boolean;
  roles: UserRole[];
  clientUpnKey: string | null | undefined;
  now: Date;
}

/** The 200 of a sync. Everything in it is derived; nothing of it is stored. */
export function syncResult({ user, isAuthenticated, roles, clientUpnKey, now }: Outcome): SyncUserIdentityResult {
  return {
    userId: user.id,
    ...namesOf(user),
    isAuthenticated,
    roles,
    user: userInAnswer(user, isBlank(clientUpnKey) ? undefined : clientUpnKey, now),
  };
}

/** The contract asks for names that are not empty, and stored ones may be null: the nearest thing known stands in. */
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
