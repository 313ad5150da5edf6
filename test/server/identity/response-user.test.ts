import { expect, test } from "vitest";
import type { ApplicationDeployment, Organization, Subscription, User } from "../../../generated/types.ts";
import { CONNECTION, identity, signIn } from "../../helpers/stub.ts";
import { syncOf } from "./samples.ts";

/** A value in every place that a response must not include. */
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

const otherUser: User = { id: PRIVATE, username: PRIVATE };
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
const deploymentInResponse = { ...deployment, application: null, subscription: null, deploymentTarget: null };

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
  members: [{ id: PRIVATE, user: otherUser }],
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
  owner: otherUser,
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
  memberOf: [{ ...membership, user: otherUser }],
  subscriptions: [subscription],
  applicationDeployments: [deployment],
};

/** The user in the response for a u-ada with these members. */
async function shown(changes: Partial<User>): Promise<Partial<User>> {
  return (await syncOf(changes)).result.user ?? {};
}

const allEmpty = (lists: string[]) => Object.fromEntries(lists.map((list) => [list, []]));

test("the response has all 34 members of the user, even if none is stored", async () => {
  expect(PROPERTIES).toHaveLength(34);
  for (const changes of [{}, user]) expect(Object.keys(await shown(changes)).sort()).toEqual(PROPERTIES);
});

test("members that are not stored are null, an empty array or the default flag", async () => {
  const nulls = Object.fromEntries(PROPERTIES.map((property) => [property, null]));
  const flags = { "email-verified": false, isActive: true, isMfaDisabled: false };

  expect(await shown({})).toEqual({
    ...{ ...nulls, ...flags, ...allEmpty(USER_LISTS) },
    ...{ id: "u-ada", identities: [identity(CONNECTION)] },
  });
});

test("owner, organization, memberships, subscriptions and deployments are shown one level deep", async () => {
  const response = await shown(user);

  expect(response).toMatchObject({
    owner: { ...owner, ...allEmpty(USER_LISTS), owner: null, organization: null },
    organization: { ...organization, ...allEmpty(ORGANIZATION_LISTS) },
    memberOf: [{ ...membership, user: null }],
    subscriptions: [
      { ...subscription, product: null, organization: null, applicationDeployments: [deploymentInResponse] },
    ],
    applicationDeployments: [deploymentInResponse],
  });
  expect(Object.keys(response.owner ?? {}).sort()).toEqual(PROPERTIES);
  expect(Object.keys(response.organization ?? {}).sort()).toEqual(Object.keys(organization).sort());
});

test("an organization has its six arrays even if they are not stored", async () => {
  const { organization } = await shown({ organization: { id: 1 } });

  expect(organization).toEqual({ id: 1, ...allEmpty(ORGANIZATION_LISTS) });
});

test("a response contains no data of other members or of omitted references", async () => {
  for (const changes of [user, { ...user, isActive: false }]) {
    expect(JSON.stringify(await shown(changes))).not.toContain(PRIVATE);
  }
});

test("members that the response omits stay in the store when the user changes", async () => {
  const { result, before, stored } = await syncOf(user, signIn({ attributes: { nickname: "adk" } }));

  const { modified, modifiedBy } = result.user ?? {};
  expect(stored).toEqual({ attributes: [], ...before, nickname: "adk", modified, modifiedBy });
  expect(JSON.stringify(before)).toContain(PRIVATE);
});
