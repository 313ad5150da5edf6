import { expect } from "vitest";
import type { Identity, User, UserAttribute, ValidationProblemDetails } from "../../../generated/types.ts";

/** The moment at which a server with the clock `atNow` lives, a second before it and a second after it. */
export const NOW = "2026-03-02T08:41:07.000Z";
export const PAST = "2026-03-02T08:41:06Z";
export const FUTURE = "2026-03-02T08:41:08Z";

export const atNow = () => new Date(NOW);

/** For a user whose last change was the directory's. */
export const LAST_CHANGE = { modified: "2025-12-24T18:00:00Z", modifiedBy: "directory" };

/** An attribute that never expires. */
export function attribute(id: number, name: string, value: string | null, changes: Partial<UserAttribute> = {}) {
  return { id, userId: "u-ada", name, value, expires: null, ...changes };
}

/** Names and values of the custom attributes, in their order. */
export function custom(user: User | undefined): [string, string | null | undefined][] {
  return (user?.attributes ?? []).map(({ name, value }) => [name, value]);
}

/** The groups of each identity, in their order. */
export function groupsOf(user: User | undefined): (Identity["groups"] | undefined)[] {
  return (user?.identities ?? []).map(({ groups }) => groups);
}

/** Checks that an answer is a problem document with this status, and gives the document. */
export async function problemOf(response: Response, status: number): Promise<ValidationProblemDetails> {
  const problem = (await response.json()) as ValidationProblemDetails;
  expect({ status: response.status, type: response.headers.get("content-type"), inBody: problem.status }).toEqual({
    status,
    type: "application/problem+json",
    inBody: status,
  });
  return problem;
}

/** Checks that an answer is a 400, and gives the pointers of its violations. */
export async function pointersOf(response: Response): Promise<(string | undefined)[]> {
  const { errors } = await problemOf(response, 400);
  return errors.map((violation) => ("pointer" in violation ? violation.pointer : undefined));
}
