import { expect, test } from "vitest";
import { signIn } from "../../helpers/stub.ts";
import { attribute, custom, LAST_CHANGE, startWith, syncOf } from "./samples.ts";

const RESERVED = [
  ...["id", "userId", "user_id", "sub", "type", "username", "email", "emailAddress", "email_verified"],
  ...["emailVerified", "email-verified", "phone_number", "phoneNumber", "recoveryEmailAddress", "isActive"],
  ...["isBlocked", "isMfaDisabled", "mfaEnrollmentStatus", "authenticationMethod", "ownerId", "organizationId"],
  ...["roles", "groups", "permissions", "attributes", "identities", "customUpns", "upn"],
  ...["created", "createdBy", "created_at", "createdDate", "modified", "modifiedBy", "modified_at", "modifiedOn"],
];

const NEARLY_RESERVED = [
  ...["ids", "my_id", "user", "subject", "types", "user_name", "e-mail", "email2", "mail", "phone", "active"],
  ...["blocked", "role", "group", "my_groups", "permission", "attribute", "identity", "upns", "lastModified"],
  ...["recreated", "creator", "modify", "given-name", "names", "pictures", "my_locale", "owner", "organization"],
  ...[" id", "id "],
];

const ada = {
  ...{ type: "person", username: "ada", emailAddress: "ada@acme.example", phoneNumber: "+44 20 7946 0011" },
  roles: [{ id: "r-viewer", name: "Viewer", description: null, expires: null }],
  attributes: [attribute(1, "upn", "loaded@acme.example")],
  ...{ created: "2024-05-06T08:00:10Z", createdBy: "directory", ...LAST_CHANGE },
};

test.each(RESERVED)("the claim %s is ignored in any case", async (key) => {
  const { server, client } = await startWith(ada);
  const before = await server.user("u-ada");

  for (const spelled of [key, key.toUpperCase(), key.toLowerCase(), key.charAt(0).toUpperCase() + key.slice(1)]) {
    for (const value of ["false", "", "x".repeat(10_000)]) {
      const { user } = await client.syncUserIdentity("u-ada", signIn({ attributes: { [spelled]: value } }));
      expect(user).toMatchObject(ada);
    }
  }
  expect(await server.user("u-ada")).toEqual(before);
});

test("reserved claims do not prevent other claims from being stored", async () => {
  const attributes = { sub: "x", department: "Engines", Roles: "admin", nickname: "adk", isActive: "false" };

  const { result, stored } = await syncOf(ada, signIn({ attributes }));

  const { modified: _modified, modifiedBy: _modifiedBy, attributes: _attributes, ...rest } = ada;
  expect(result.isAuthenticated).toBe(true);
  expect(stored).toMatchObject({ ...rest, nickname: "adk" });
  expect(custom(stored)).toEqual([
    ["upn", "loaded@acme.example"],
    ["department", "Engines"],
  ]);
});

test("claims that only resemble reserved ones are stored", async () => {
  const attributes = NEARLY_RESERVED.map((key) => ({ key, value: "x" }));

  expect(custom((await syncOf({}, signIn({ attributes }))).stored)).toEqual(NEARLY_RESERVED.map((key) => [key, "x"]));
});
