import type { Request } from "autocannon";
import { usualSignIn } from "./usual-sign-in.ts";

export const CONNECTIONS = 16;

export interface RequestPlan {
  headers: Record<string, string>;
  /** `changing`: each request stores another value than the one before it for that user; `refused`: a claim has no key. */
  kind: "same" | "changing" | "refused";
  /** Users in the directory. */
  users: number;
}

/** Users that a connection asks for at most in one round. */
const MOST_USERS = 2_000;
const LEAST_REQUESTS = 500;

/**
 * The requests of one connection in one round, made beforehand, so that sending one costs the generator nothing but the
 * write; it sends them again and again. No two connections ask for the same user, and no request of a changing round
 * stores what the one before it or an earlier round has stored.
 */
export function requestsOf({ headers, kind, users }: RequestPlan, connection: number, round: number): Request[] {
  const mine = usersOf(connection, users);
  // A user must come at least twice: else the second time round would change nothing.
  const passes = kind === "changing" ? Math.max(2, Math.ceil(LEAST_REQUESTS / mine.length)) : 1;
  return Array.from({ length: passes }, (_, pass) => mine.map((index) => ({ index, pass }))).flatMap((turns) =>
    turns.map(({ index, pass }) => ({
      method: "PUT" as const,
      path: `/v1/users/u-${index}/$sync`,
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(bodyOf(kind, index, `${round}-${pass}`)),
    })),
  );
}

/** All of them in turn where they are few, else some from everywhere. */
function usersOf(connection: number, users: number): number[] {
  const mine = Math.ceil((users - connection) / CONNECTIONS);
  if (mine <= MOST_USERS) return Array.from({ length: mine }, (_, turn) => turn * CONNECTIONS + connection);
  const step = mine / MOST_USERS;
  const anywhere = () => Math.floor(Math.random() * Math.floor(step));
  const places = Array.from({ length: MOST_USERS }, (_, turn) => Math.floor(turn * step) + anywhere());
  return shuffled(places).map((place) => place * CONNECTIONS + connection);
}

function shuffled(items: readonly number[]): number[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function bodyOf(kind: RequestPlan["kind"], index: number, turn: string): object {
  if (kind === "changing") return usualSignIn(index, `Department ${turn}`);
  const signIn = usualSignIn(index);
  return kind === "same" ? signIn : { ...signIn, attributes: [{ value: "London" }] };
}
