import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { Role, User } from "../../generated/types.ts";
import { planSync } from "../../server/identity/sync.ts";
import { putBytes } from "../shared/connection.ts";

/** Users in the directory, unless a part says otherwise. */
export const USERS = 1_000;
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

/** A prime, so that successive requests use users from every part of a directory. */
const STRIDE = 7_919;

/** The request with this number, as bytes. Each request of a `changing` load stores another value than all before it. */
export function requestBytes(url: string, { headers, kind, users }: RequestPlan, number: number): Buffer {
  const index = (number * STRIDE) % users;
  const signIn = signInOf(index, kind === "changing" ? `Department ${performance.now()}-${number}` : undefined);
  const body = JSON.stringify(kind === "invalid" ? { ...signIn, attributes: [{ value: "London" }] } : signIn);
  return putBytes(`${url}/v1/users/u-${index}/$sync`, headers, body);
}
