import { expect, test } from "vitest";
import { signIn } from "../../helpers/stub.ts";
import { attribute, custom, LAST_CHANGE, NOW, spellingsOf, syncOf } from "./samples.ts";

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

test("reserved claims are ignored in any case, and other claims are stored", async () => {
  const attributes = [...RESERVED.flatMap(spellingsOf), "department", "nickname"].map((key) => ({ key, value: "x" }));

  const { result, before, stored } = await syncOf(ada, signIn({ attributes }));

  const changed = { nickname: "x", modified: NOW, modifiedBy: "demo-key" };
  const after = [...ada.attributes, attribute(2, "department", "x")];
  expect(result.isAuthenticated).toBe(true);
  expect(stored).toEqual({ ...before, ...changed, attributes: after });
});

test("claims that only resemble reserved ones are stored", async () => {
  const attributes = NEARLY_RESERVED.map((key) => ({ key, value: "x" }));

  expect(custom((await syncOf({}, signIn({ attributes }))).stored)).toEqual(NEARLY_RESERVED.map((key) => [key, "x"]));
});
