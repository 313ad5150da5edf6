import type { SyncUserIdentityResult, User } from "../../generated/types.ts";
import { CONNECTION } from "../helpers/stub.ts";

/** What a user document says about the syncs that made it. */
export interface Seen {
  userId: string;
  /** The places that every sync writes: an attribute, the groups, another attribute. They agree, or the user is torn. */
  places: readonly (string | undefined)[];
  /** By caller, the attribute that only this one writes: a write lost under somebody else's shows nowhere else. */
  own: ReadonlyMap<string, string>;
  /** Every token that stands anywhere. */
  tokens: readonly string[];
}

/** Says who alone writes the attribute `own-<caller>`, and is told from all other text. */
export function tokenOf(caller: string, turn: number): string {
  return `t-${caller}.${turn}`;
}

export function callerOf(token: string): string {
  return token.slice(2, token.indexOf("."));
}

/** What a sync with this token asserts. */
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
    // More than one group is none that a sync has sent.
    places: [attributes.get("token"), groups?.length ? groups.join(" and ") : undefined, attributes.get("mark")],
    own: new Map(own),
    tokens: [...new Set(JSON.stringify(user).match(/\bt-\w+\.\d+\b/g) ?? [])],
  };
}

export function seenInAnswer({ userId, user }: SyncUserIdentityResult): Seen {
  return seenIn(user ?? { id: userId });
}
