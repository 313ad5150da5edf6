import { expect, test } from "vitest";
import type { ApplicationDeployment, Organization, Subscription, User } from "../../../generated/types.ts";
import { acme, CONNECTION, identity, signIn, startStubWithClient } from "../../helpers/stub.ts";

/** Stands wherever an answer must not reach. */
const PRIVATE = "of another member";

const PROPERTIES = [
  ...["id", "type", "username", "emailAddress", "email-verified", "email-verify-sent-date"],
  ...["email-verification-status-type", "givenName", "familyName", "displayName", "nickname", "picture", "language"],
  ...["phoneNumber", "recoveryEmailAddress", "isActive", "isMfaDisabled", "mfaEnrollmentStatus"],
  ...["authenticationMethod", "ownerId", "owner", "organizationId", "organization", "roles", "memberOf", "attributes"],
  ...["customUpns", "identities", "subscriptions", "applicationDeployments", "created", "modified", "createdBy"],
  ...["modifiedBy"],
].sort();
const USER_LISTS = [
  ...["roles", "memberOf", "attributes", "customUpns", "identities", "subscriptions", "applicationDeployments"],
];
const ORGANIZATION_LISTS = ["aliases", "domains", "members", "products", "applications", "subscriptions"];

const nobody: User = { id: PRIVATE, username: PRIVATE };
const hiddenOrganization: Organization = { id: 2, name: PRIVATE };
const hiddenSubscription: Subscription = { id: 2, description: PRIVATE };

const deployment: ApplicationDeployment = {
  id: 6101,
  name: "engine-simulation-eu",
  applicationId: 31,
  application: { id: 31, name: PRIVATE },
  subscriptionId: 4201,
  subscription: hiddenSubscription,
  deploymentTargetId: 9,
  deploymentTarget: { id: 9, name: PRIVATE },
  steps: [{ name: "Provision", done: { by: ["robot", { deep: true }] } }],
  customMetadata: null,
  readonlyMetadata: { region: "eu-west", zones: [{ name: "a" }] },
};
const deploymentInAnswer = { ...deployment, application: null, subscription: null, deploymentTarget: null };

const organization: Organization = {
  id: 1001,
  name: "acme",
  displayName: "Acme",
  type: "Customer",
  contact: "grace@acme.example",
  isActive: true,
  isMfaRequired: true,
  aliases: [{ organizationId: 1001, systemName: PRIVATE }],
  domains: [{ domainId: 501, domain: PRIVATE }],
  members: [{ id: PRIVATE, user: nobody }],
  products: [{ id: 12, name: PRIVATE }],
  applications: [{ id: 31, name: PRIVATE }],
  subscriptions: [hiddenSubscription],
  created: "2024-02-12T10:00:00Z",
};

const owner: User = {
  id: "u-grace",
  username: "grace",
  "email-verified": true,
  displayName: "Grace Hopper",
  isActive: false,
  ownerId: "u-root",
  owner: nobody,
  organizationId: 1001,
  organization: hiddenOrganization,
  roles: [{ id: PRIVATE, name: PRIVATE }],
  memberOf: [{ id: PRIVATE }],
  attributes: [{ id: 1, name: PRIVATE }],
  customUpns: [{ id: PRIVATE }],
  identities: [{ id: 1, azoUserId: PRIVATE }],
  subscriptions: [hiddenSubscription],
  applicationDeployments: [{ id: 1, name: PRIVATE }],
};

const membership = {
  id: "om-5001",
  userId: "u-ada",
  organizationId: 1001,
  organizationName: "acme",
  isGuest: false,
  roles: [{ id: "r-member", name: "Member", description: null, expires: null }],
};

const subscription: Subscription = {
  id: 4201,
  productId: 12,
  product: { id: 12, name: PRIVATE },
  organizationId: 1001,
  organization: hiddenOrganization,
  isEnabled: true,
  customMetadata: { costCenter: "CC-1843", seats: [{ count: 50 }] },
  readonlyMetadata: null,
  logs: [{ id: 90001, subscriptionId: 4201, logMessage: "enabled" }],
  applicationDeployments: [deployment],
};

const user: Partial<User> = {
  ownerId: "u-grace",
  owner,
  organizationId: 1001,
  organization,
  memberOf: [{ ...membership, user: nobody }],
  subscriptions: [subscription],
  applicationDeployments: [deployment],
};

async function answered(changes: Partial<User>): Promise<Partial<User>> {
  const { client } = await startStubWithClient({ directory: acme({ user: changes }) });
  const result = await client.syncUserIdentity("u-ada", signIn());
  return result.user ?? {};
}

const allEmpty = (lists: string[]) => Object.fromEntries(lists.map((list) => [list, []]));

test("the user is shown in full: all 34 properties, whatever is stored", async () => {
  expect(PROPERTIES).toHaveLength(34);
  expect(Object.keys(await answered({})).sort()).toEqual(PROPERTIES);
  expect(Object.keys(await answered(user)).sort()).toEqual(PROPERTIES);
});

test("what the directory does not say is null, an empty list, or a user in good standing", async () => {
  const nulls = Object.fromEntries(PROPERTIES.map((property) => [property, null]));
  const flags = { "email-verified": false, isActive: true, isMfaDisabled: false };

  expect(await answered({})).toEqual({
    ...{ ...nulls, ...flags, ...allEmpty(USER_LISTS) },
    ...{ id: "u-ada", identities: [identity(CONNECTION)] },
  });
});

test("the owner is shown with its plain values alone", async () => {
  const shown = (await answered(user)).owner;

  expect(shown).toMatchObject({ ...owner, ...allEmpty(USER_LISTS), owner: null, organization: null });
  expect(Object.keys(shown ?? {}).sort()).toEqual(PROPERTIES);
});

test("the organization is shown with its plain values alone", async () => {
  const shown = (await answered(user)).organization;

  expect(shown).toEqual({ ...organization, ...allEmpty(ORGANIZATION_LISTS) });
});

test("an organization has its six lists, also where none is stored", async () => {
  const shown = (await answered({ organization: { id: 1 } })).organization;

  expect(shown).toMatchObject({ id: 1, ...allEmpty(ORGANIZATION_LISTS) });
});

test("a membership is shown without its user", async () => {
  expect((await answered(user)).memberOf).toEqual([{ ...membership, user: null }]);
});

test("a subscription is shown with its metadata and logs, without product and organization", async () => {
  expect((await answered(user)).subscriptions).toEqual([
    { ...subscription, product: null, organization: null, applicationDeployments: [deploymentInAnswer] },
  ]);
});

test("a deployment is shown with its metadata and steps, without application, subscription and target", async () => {
  expect((await answered(user)).applicationDeployments).toEqual([deploymentInAnswer]);
});

test("nothing of another member or of a hidden reference is anywhere in an answer", async () => {
  for (const changes of [user, { ...user, isActive: false }]) {
    expect(JSON.stringify(await answered(changes))).not.toContain(PRIVATE);
  }
});

test("what is not shown stays in the store when the user changes", async () => {
  const { server, client } = await startStubWithClient({ directory: acme({ user }) });
  const before = await server.user("u-ada");

  const { user: shown } = await client.syncUserIdentity("u-ada", signIn({ attributes: { nickname: "adk" } }));

  const { modified, modifiedBy } = shown ?? {};
  expect(await server.user("u-ada")).toEqual({ attributes: [], ...before, nickname: "adk", modified, modifiedBy });
  expect(JSON.stringify(before)).toContain(PRIVATE);
});
