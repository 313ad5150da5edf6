import { expect } from "vitest";
import type { Identity, User, UserAttribute, ValidationProblemDetails } from "../../../generated/types.ts";
import type { ServerOptions } from "../../../server/running-server.ts";
import { acme, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** The time of a server with the clock `atNow`, one second before it and one second after it. */
export const NOW = "2026-03-02T08:41:07.000Z";
export const PAST = "2026-03-02T08:41:06Z";
export const FUTURE = "2026-03-02T08:41:08Z";

export const atNow = () => new Date(NOW);

/** For a user that was last modified by the directory. */
export const LAST_CHANGE = { modified: "2025-12-24T18:00:00Z", modifiedBy: "directory" };

/** A stub at NOW whose user u-ada has these members, and a client for it. */
export function startWith(user: Partial<User> = {}, options: ServerOptions = {}) {
  return startStubWithClient({ directory: acme({ user }), clock: atNow, ...options });
}

/** One sync of a u-ada with these members: the response, and the stored user before and after it. */
export async function syncOf(user: Partial<User> = {}, request = signIn()) {
  const { server, client } = await startWith(user);
  const before = await server.user("u-ada");
  const result = await client.syncUserIdentity("u-ada", request);
  return { result, before, stored: await server.user("u-ada") };
}

/** An attribute that never expires. */
export function attribute(id: number, name: string, value: string | null, changes: Partial<UserAttribute> = {}) {
  return { id, userId: "u-ada", name, value, expires: null, ...changes };
}

/** Names and values of the custom attributes, in their order. */
export function custom(user: User | undefined): [string, string | null | undefined][] {
  return (user?.attributes ?? []).map(({ name, value }) => [name, value]);
}

/** A key in several cases. */
export function spellingsOf(key: string): string[] {
  return [key, key.toUpperCase(), key.toLowerCase(), key.charAt(0).toUpperCase() + key.slice(1)];
}

/** The groups of each identity, in their order. */
export function groupsOf(user: User | undefined): (Identity["groups"] | undefined)[] {
  return (user?.identities ?? []).map(({ groups }) => groups);
}

/** Expects a problem document with this status and returns it. */
export async function problemOf(response: Response, status: number): Promise<ValidationProblemDetails> {
  const problem = (await response.json()) as ValidationProblemDetails;
  const type = response.headers.get("content-type");
  expect([response.status, problem.status, type]).toEqual([status, status, "application/problem+json"]);
  return problem;
}

/** Expects a 400 response and returns the pointers of its violations, sorted. */
export async function pointersOf(response: Response): Promise<(string | undefined)[]> {
  const { errors } = await problemOf(response, 400);
  return errors.map((violation) => ("pointer" in violation ? violation.pointer : undefined)).sort();
}
