import { expect, test } from "vitest";
import {
  type StandardSchemaV1,
  syncUserIdentityRequestSchema,
  syncUserIdentityResultSchema,
} from "../../client/validate.ts";
import { pointerOf, violationsOf } from "../../client/violations.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { SyncUserIdentityResult } from "../../generated/types.ts";
import { signIn, startStubWithClient } from "../helpers/stub.ts";

const request = syncUserIdentityRequestSchema["~standard"];
const result = syncUserIdentityResultSchema["~standard"];

test("the schemas are Standard Schemas of version 1, which return a valid value unchanged", () => {
  for (const standard of [request, result]) {
    expect(standard).toMatchObject({ version: 1, vendor: "nexus-sync-client" });
  }
  const value = { ...signIn(), undeclared: true };
  expect(request.validate(value)).toEqual({ value });
});

test("the examples of the contract and a result of the server are valid", async () => {
  const { groupSignIn, minimal, synced, notAuthenticated } = contract.components.examples;
  for (const { value } of [groupSignIn, minimal]) expect(request.validate(value).issues).toBeUndefined();
  for (const { value } of [synced, notAuthenticated]) expect(result.validate(value).issues).toBeUndefined();
  const { client } = await startStubWithClient();
  expect(result.validate(await client.syncUserIdentity("u-ada", signIn())).issues).toBeUndefined();
});

test.for([
  ["a string", "value-marker", [], "must be object"],
  ["a missing member", {}, ["audience"], "must be present"],
  ["an empty string", signIn({ audience: "" }), ["audience"], "must NOT have fewer than 1 characters"],
  ["a wrong type", signIn({ groups: "value-marker" as never }), ["connection", "groups"], "must be array or null"],
  ["a wrong item", signIn({ attributes: [{ key: 1 } as never] }), ["attributes", "0", "key"], "must be string"],
] as const)("the issue of %s has its path and a message", ([, value, path, message]) => {
  expect(request.validate(value).issues?.[0]).toEqual({ path, message });
});

test("all issues are listed, without values", () => {
  const body = { audience: ["value-marker"], attributes: "value-marker", connection: { connectionId: 7 } };
  const { issues = [] } = request.validate(body);
  expect(issues.map(({ path }) => path.join("."))).toEqual(["audience", "attributes", "connection.connectionId"]);
  expect(JSON.stringify(issues)).not.toContain("value-marker");
});

test("the escapes of a JSON pointer are decoded and encoded", () => {
  const refuse = (_: unknown): _ is never => false;
  const errors = [{ instancePath: "/a~1b/~01/0", keyword: "type", params: {}, message: "must be string" }];
  const [violation] = violationsOf(Object.assign(refuse, { errors }), {});
  expect(violation).toEqual({ path: ["a/b", "~1", "0"], message: "must be string" });
  expect(pointerOf(violation?.path ?? [])).toBe("/a~1b/~01/0");
});

test("the schemas have the types of the contract", () => {
  const typed: [StandardSchemaV1<SyncUserIdentityRequest>, StandardSchemaV1<SyncUserIdentityResult>] = [
    syncUserIdentityRequestSchema,
    syncUserIdentityResultSchema,
  ];
  // @ts-expect-error The request's schema is not the result's.
  const wrong: StandardSchemaV1<SyncUserIdentityResult> = syncUserIdentityRequestSchema;
  expect([...typed, wrong]).toHaveLength(3);
});
