import type { SyncUserIdentityResult, User } from "../../generated/types.ts";
import { CONNECTION } from "../helpers/stub.ts";

/** The tokens in a user document. */
export interface Seen {
  userId: string;
  /** The places that every sync writes: an attribute, the groups, another attribute. If they differ, the user is torn. */
  places: readonly (string | undefined)[];
  /** The attribute that only one caller writes, by caller: it shows an update that another caller's sync has undone. */
  own: ReadonlyMap<string, string>;
  /** All tokens in the document. */
  tokens: readonly string[];
}

/** A token that is distinct from all other text; its caller alone writes the attribute `own-<caller>`. */
export function tokenOf(caller: string, count: number): string {
  return `t-${caller}.${count}`;
}

export function callerOf(token: string): string {
  return token.slice(2, token.indexOf("."));
}

/** The assertions of a sync with this token. */
export function assertionsOf(token: string) {
  const attributes = ["token", "mark", `own-${callerOf(token)}`].map((key) => ({ key, value: token }));
  return { attributes, connection: { connectionId: CONNECTION, groups: [token] } };
}

export function seenIn(user: User): Seen {
  const attributes = new Map((user.attributes ?? []).map(({ name, value }) => [name, value ?? undefined]));
  const { groups } = (user.identities ?? []).find(({ azoConnectionId }) => azoConnectionId === CONNECTION) ?? {};
  const own = [...attributes].flatMap(([name, value]) =>
    name.startsWith("own-") && value !== undefined ? [[name.slice(4), value] as const] : [],
  );
  return {
    userId: user.id,
    // No sync sends more than one group.
    places: [attributes.get("token"), groups?.length ? groups.join(" and ") : undefined, attributes.get("mark")],
    own: new Map(own),
    tokens: [...new Set(JSON.stringify(user).match(/\bt-\w+\.\d+\b/g) ?? [])],
  };
}

export function seenInResult({ userId, user }: SyncUserIdentityResult): Seen {
  return seenIn(user ?? { id: userId });
}
