import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request } from "autocannon";
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { Role, User } from "../../generated/types.ts";
import { planSync } from "../../server/identity/sync.ts";

/** Connections of a load. */
export const CONNECTIONS = 16;
/** Users in the directory, unless a part says otherwise. */
export const USERS = 1_000;
/** Users of one connection in one round, at most. */
const MAX_USERS = 2_000;
/** Values that a round of changing requests stores for each user in turn. */
const PASSES = 8;
const ROLES = 20;
const AUDIENCE = "https://api.acme.example";
const CONNECTION = "con_acme-ad";

/** Writes an NDJSON directory with 20 roles, a map to each, and `users` users. */
export async function writeDirectory(file: string, users: number): Promise<void> {
  await pipeline(Readable.from(directoryLines(users)), createWriteStream(file));
}

function* directoryLines(users: number): Generator<string> {
  const line = (entry: object) => `${JSON.stringify(entry)}\n`;
  for (let role = 0; role < ROLES; role += 1) {
    const map = { id: `m-${role}`, roleId: `r-${role}`, azoConnectionId: CONNECTION, groupName: `group-${role}` };
    yield line({ role: { id: `r-${role}`, name: `Role ${role}`, audience: AUDIENCE } });
    yield line({ roleConnectionMap: map });
  }
  for (let index = 0; index < users; index += 1) yield line({ user: userOf(index) });
}

/** A profile, one identity, three attributes, one assigned role and one by group. */
function userOf(index: number): User {
  const name = `user${index}`;
  return {
    ...{ id: `u-${index}`, username: name, emailAddress: `${name}@acme.example`, nickname: name, language: "en-GB" },
    ...{ givenName: `Given ${index}`, familyName: `Family ${index}`, isActive: true },
    ...{ picture: `https://cdn.acme.example/people/${index}.png`, phoneNumber: "+44 20 7946 0011", type: "Employee" },
    ...{ recoveryEmailAddress: `${name}@home.example`, isMfaDisabled: false, mfaEnrollmentStatus: "Enrolled" },
    identities: [{ id: 1, azoConnectionId: CONNECTION, azoUserId: `ad|${index}`, strategy: "ad", groups: ["group-1"] }],
    attributes: signInOf(index).attributes.map(({ key, value }, at) => ({ id: at + 1, name: key, value })),
    roles: [{ id: "r-2", name: "Role 2" }],
  };
}

export function signInOf(index: number, department = `Department ${index % 100}`) {
  const attributes = [
    { key: "department", value: department },
    { key: "location", value: "London" },
    { key: "employeeNumber", value: String(100_000 + index) },
  ];
  const connection = { connectionId: CONNECTION, groups: ["group-1"] };
  return { audience: AUDIENCE, attributes, connection } satisfies SyncUserIdentityRequest;
}

/** The server's response to a sign-in that changes nothing. The baselines send it as their canned response. */
export function usualResponse(): string {
  const roles: Role[] = [1, 2].map((role) => ({ id: `r-${role}`, name: `Role ${role}`, audience: AUDIENCE }));
  const signIn = { user: userOf(0), roles, mapped: new Set(["r-1"]), request: signInOf(0) };
  const plan = planSync({ ...signIn, caller: "bench", now: new Date() });
  if ("violations" in plan || plan.changed) throw new Error("The usual sign-in must change nothing.");
  return JSON.stringify(plan.result);
}

export interface RequestPlan {
  headers: Record<string, string>;
  /** `changing`: each request changes the stored user; `invalid`: a claim has no key. */
  kind: "same" | "changing" | "invalid";
  /** Users in the directory. */
  users: number;
}

/**
 * The requests that one connection repeats during one round. They are prepared in advance, so that sending one costs the
 * load generator only the write. Connections use different users, so each request of a `changing` round changes a user.
 */
export function requestsOf({ headers, kind, users }: RequestPlan, connection: number, round: number): Request[] {
  const fields = { ...headers, "Content-Type": "application/json" };
  const requestOf = (index: number, pass: number): Request => {
    const signIn = signInOf(index, kind === "changing" ? `Department ${round}-${pass}` : undefined);
    const body = JSON.stringify(kind === "invalid" ? { ...signIn, attributes: [{ value: "London" }] } : signIn);
    return { method: "PUT", path: `/v1/users/u-${index}/$sync`, headers: fields, body };
  };
  const passes = Array.from({ length: kind === "changing" ? PASSES : 1 }, (_, pass) => pass);
  return passes.flatMap((pass) => usersOf(connection, users).map((index) => requestOf(index, pass)));
}

/** All users of a connection in a small directory; in a large one, users from every part of it. */
function usersOf(connection: number, users: number): number[] {
  const own = Math.ceil((users - connection) / CONNECTIONS);
  const count = Math.min(own, MAX_USERS);
  return Array.from({ length: count }, (_, at) => Math.floor((at * own) / count) * CONNECTIONS + connection);
}
