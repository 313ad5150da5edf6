import { expect } from "vitest";
import type { SyncUserIdentityResult, User } from "../../../generated/types.ts";
import type { Case } from "../../helpers/bad-input.ts";
import { goodBody } from "../../helpers/server-fixture.ts";
import { API, CONNECTION } from "../../helpers/stub.ts";

type After = (stored: User, result: SyncUserIdentityResult) => unknown;

/** A body that is rejected with 400 for violations in exactly these places. */
export function rejected(name: string, body: unknown, ...places: string[]): Case {
  return { name, status: 400, body, places };
}

/** A body that is accepted; `checkAfter` checks the stored u-ada and the result. */
export function accepted(name: string, body: unknown, checkAfter?: After): Case {
  const after: Case["after"] = async ({ text }, server) => {
    const stored = (await server.user("u-ada")) ?? expect.fail("u-ada is gone");
    await checkAfter?.(stored, JSON.parse(text));
  };
  return { name, status: 200, body, after };
}

/** Each attribute is stored exactly once, with this value. */
export function stores(attributes: Record<string, string>): After {
  return ({ attributes: stored = [] }) => {
    for (const [key, value] of Object.entries(attributes)) {
      expect(stored.filter(({ name }) => name === key).map((attribute) => attribute.value)).toEqual([value]);
    }
  };
}

export function storesGroups(...groups: string[]): After {
  return ({ identities = [] }) => expect(identities.map((identity) => identity.groups)).toEqual([groups]);
}

/** The good body with changes; undefined removes a member. */
export function changed(changes: Record<string, unknown>): Record<string, unknown> {
  return { ...goodBody, ...changes };
}

/** The good body as text, with other members in front. */
export function withMembers(members: string): string {
  return JSON.stringify(goodBody).replace("{", `{${members},`);
}

/** A good body whose attributes are this JSON text. */
export function withAttributes(attributes: string): string {
  return `{"audience":"${API}","attributes":${attributes},"connection":{"connectionId":"${CONNECTION}"}}`;
}
