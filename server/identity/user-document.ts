import type { Organization, User } from "../../generated/types.ts";
import { liveOnly } from "./roles.ts";

const NO_LISTS = {
  roles: [],
  memberOf: [],
  attributes: [],
  customUpns: [],
  identities: [],
  subscriptions: [],
  applicationDeployments: [],
} satisfies Partial<User>;

/** What a user document holds where the directory says nothing: every member of the contract's User but its id. */
const UNSAID: Required<Omit<User, "id">> = {
  type: null,
  username: null,
  emailAddress: null,
  "email-verified": false,
  "email-verify-sent-date": null,
  "email-verification-status-type": null,
  givenName: null,
  familyName: null,
  displayName: null,
  nickname: null,
  picture: null,
  language: null,
  phoneNumber: null,
  recoveryEmailAddress: null,
  isActive: true,
  isMfaDisabled: false,
  mfaEnrollmentStatus: null,
  authenticationMethod: null,
  ownerId: null,
  owner: null,
  organizationId: null,
  organization: null,
  ...NO_LISTS,
  created: null,
  modified: null,
  createdBy: null,
  modifiedBy: null,
};

/** The user as an answer shows it: in full, one level deep, without what has expired and without other members' data. */
export function userInAnswer(user: User, clientUpnKey: string | undefined, now: Date): User {
  const whole = { ...UNSAID, ...user };
  return {
    ...whole,
    owner: whole.owner && { ...UNSAID, ...whole.owner, ...NO_LISTS, owner: null, organization: null },
    organization: whole.organization && withoutLists(whole.organization),
    roles: liveOnly(whole.roles, now),
    attributes: liveOnly(whole.attributes, now),
    customUpns: whole.customUpns.filter((upn) => clientUpnKey === undefined || upn.clientUpnKey === clientUpnKey),
    memberOf: whole.memberOf.map((membership) => ({
      ...membership,
      user: null,
      roles: liveOnly(membership.roles ?? [], now),
    })),
    subscriptions: whole.subscriptions.map((subscription) => ({
      ...subscription,
      product: null,
      organization: null,
      applicationDeployments: (subscription.applicationDeployments ?? []).map(withoutReferences),
    })),
    applicationDeployments: whole.applicationDeployments.map(withoutReferences),
  };
}

function withoutLists(organization: Organization): Organization {
  const lists = { aliases: [], domains: [], members: [], products: [], applications: [], subscriptions: [] };
  return { ...organization, ...lists };
}

function withoutReferences<T>(deployment: T) {
  return { ...deployment, application: null, subscription: null, deploymentTarget: null };
}
