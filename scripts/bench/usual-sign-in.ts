import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { Role, User } from "../../generated/types.ts";
import { planSync } from "../../server/identity/sync.ts";

const AUDIENCE = "https://api.acme.example";
const CONNECTION = "con_acme-ad";

/** A usual user: a profile, one or two identities, three attributes, a role of their own and one by group. */
export function usualUser(index: number): User {
  const name = `user${index}`;
  return {
    ...{ id: `u-${index}`, username: name, emailAddress: `${name}@acme.example`, nickname: name, language: "en-GB" },
    ...{ givenName: `Given ${index}`, familyName: `Family ${index}`, isActive: true },
    ...{ picture: `https://cdn.acme.example/people/${index}.png`, phoneNumber: "+44 20 7946 0011", type: "Employee" },
    ...{ recoveryEmailAddress: `${name}@home.example`, isMfaDisabled: false, mfaEnrollmentStatus: "Enrolled" },
    identities: [
      { id: 1, azoConnectionId: CONNECTION, azoUserId: `ad|${index}`, strategy: "ad", groups: ["group-1"] },
      ...(index % 2 === 0 ? [{ id: 2, azoConnectionId: "con_acme-otp", azoUserId: `otp|${index}`, groups: [] }] : []),
    ],
    attributes: [
      { id: 1, name: "department", value: departmentOf(index) },
      { id: 2, name: "location", value: "London" },
      { id: 3, name: "employeeNumber", value: String(100_000 + index) },
    ],
    roles: [{ id: "r-2", name: "Role 2" }],
  };
}

/** A sign-in of that user: three claims, of which the first can be another than the stored one. */
export function usualSignIn(index: number, department = departmentOf(index)): SyncUserIdentityRequest {
  return {
    audience: AUDIENCE,
    attributes: [
      { key: "department", value: department },
      { key: "location", value: "London" },
      { key: "employeeNumber", value: String(100_000 + index) },
    ],
    connection: { connectionId: CONNECTION, groups: ["group-1"] },
  };
}

/** Our answer to it, which the baselines send as a canned one: as many bytes, whoever answers. */
export function usualAnswer(index: number): string {
  const roles: Role[] = [1, 2].map((role) => ({ id: `r-${role}`, name: `Role ${role}`, audience: AUDIENCE }));
  const signIn = { user: usualUser(index), roles, mapped: new Set(["r-1"]), request: usualSignIn(index) };
  const plan = planSync({ ...signIn, caller: "bench", now: new Date() });
  if ("violations" in plan || plan.changed) throw new Error("The usual sign-in should change nothing.");
  return JSON.stringify(plan.result);
}

function departmentOf(index: number): string {
  return `Department ${index % 100}`;
}
