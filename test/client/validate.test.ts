import { expect, test } from "vitest";
import {
  requestSchemas,
  responseSchemas,
  type StandardSchemaV1,
  syncUserIdentityRequestSchema,
  syncUserIdentityResultSchema,
} from "../../client/validate.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import type { SyncUserIdentityResult, User, UserRole } from "../../generated/types.ts";
import { clientOf, signIn, startStubWithClient } from "../helpers/stub.ts";

const request: StandardSchemaV1<SyncUserIdentityRequest>["~standard"] = syncUserIdentityRequestSchema["~standard"];
const result: StandardSchemaV1<SyncUserIdentityResult>["~standard"] = syncUserIdentityResultSchema["~standard"];

test("the schemas are Standard Schemas, which accept the examples of the contract and what the server accepts and returns", async () => {
  for (const standard of [request, result]) {
    expect(standard).toMatchObject({ version: 1, vendor: "nexus-sync-client" });
  }
  const { groupSignIn, minimal, synced, notAuthenticated } = contract.components.examples;
  for (const { value } of [synced, notAuthenticated]) expect(result.validate(value)).toEqual({ value });
  const { client } = await startStubWithClient();
  for (const value of [groupSignIn.value, minimal.value, { ...signIn(), undeclared: true }]) {
    expect(request.validate(value)).toEqual({ value });
    const received = await client.syncUserIdentity("u-ada", value as SyncUserIdentityRequest);
    expect(result.validate(received)).toEqual({ value: received });
  }
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

test("a result has the members that the contract says are always sent, in its type and in responseSchemas", async () => {
  const { client } = await startStubWithClient();
  const { isAuthenticated, roles, user, ...names } = await client.syncUserIdentity("u-ada", signIn());
  const complete: [boolean, UserRole[], User] = [isAuthenticated, roles, user];
  expect(complete).toMatchObject([true, expect.any(Array), { id: "u-ada" }]);
  const { validate } = responseSchemas.syncUserIdentity["~standard"];
  const { issues } = await validate({ ...names, roles: null });
  expect(issues).toEqual([
    { path: ["isAuthenticated"], message: "must be present" },
    { path: ["user"], message: "must be present" },
    { path: ["roles"], message: "must be array" },
  ]);
  // The published schema requires less.
  expect(result.validate(names)).toEqual({ value: names });
});

test("the schemas by method are those of the operations' bodies, and the client accepts them all as responseSchema", async () => {
  const typed: StandardSchemaV1<SyncUserIdentityRequest> = requestSchemas.syncUserIdentity;
  expect(typed["~standard"].validate({}).issues?.[0]).toEqual({ path: ["audience"], message: "must be present" });
  const { server } = await startStubWithClient();
  const client = clientOf(server, { responseSchema: responseSchemas });
  expect((await client.safeSyncUserIdentity("u-ada", signIn())).ok).toBe(true);
  const fetch = async () => Response.json({ userId: "u-ada" });
  const invalid = clientOf(server, { responseSchema: responseSchemas, fetch });
  expect(await invalid.safeSyncUserIdentity("u-ada", signIn())).toMatchObject({ error: { kind: "validation" } });
});
