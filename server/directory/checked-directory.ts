import type { Role, RoleConnectionMap, User } from "../../generated/types.ts";
import { isBlank } from "../identity/text.ts";

/** A directory in which every entry has been checked; its users are read anew each time, so that any number fit. */
export interface CheckedDirectory {
  /** Entries of all kinds. */
  total: number;
  roles: readonly Role[];
  roleConnectionMaps: readonly RoleConnectionMap[];
  /** @throws DirectoryRefused if they are no longer what was checked. */
  users(): AsyncIterable<User>;
  /** The identities that its users claim, each once. */
  claims(): Iterable<Claim>;
  hasUser(id: string): boolean;
  close(): void;
}

/** One user's identity at a provider; blank ones belong to nobody, and are none. */
export interface Claim {
  connection: string;
  providerUser: string;
  userId: string;
}

/** The claims of one user. */
export function claimsOf({ id: userId, identities }: User): Claim[] {
  return (identities ?? []).flatMap(({ azoConnectionId: connection, azoUserId: providerUser }) =>
    connection && providerUser ? [{ connection, providerUser, userId }] : [],
  );
}

/** Ids of the roles assigned to the user, each once. */
export function roleIdsOf({ roles }: User): string[] {
  return [...new Set((roles ?? []).map(({ id }) => id))];
}

/** A blank connection or group matches nothing, so it is kept as null; the groups of a request are trimmed. */
export function mappedFrom({ azoConnectionId, groupName }: RoleConnectionMap) {
  return {
    connection: isBlank(azoConnectionId) ? null : azoConnectionId,
    group: isBlank(groupName) ? null : groupName.trim(),
  };
}
