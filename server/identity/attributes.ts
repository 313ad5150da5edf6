import type { BodyViolation, IdentityAttribute, User, UserAttribute } from "../../generated/types.ts";
import { liveOnly } from "./result.ts";
import { isBlank } from "./text.ts";

/** Maximum number of unexpired custom attributes per user. */
const MAX_CUSTOM_ATTRIBUTES = 1_000;

/** Profile fields, their maximum length in code points, and other spellings of their claims. */
const PROFILE_FIELDS = [
  ["givenName", 100, "given_name"],
  ["familyName", 100, "family_name"],
  ["displayName", 200, "name"],
  ["nickname", 100],
  ["picture", 250],
  ["language", Number.POSITIVE_INFINITY, "locale"],
] as const;
type ProfileField = (typeof PROFILE_FIELDS)[number][0];

const PROFILE_KEYS = new Map(
  PROFILE_FIELDS.flatMap(([field, max, ...aliases]) =>
    [field, ...aliases].map((key) => [key.toLowerCase(), { field, max }] as const),
  ),
);
type ProfileKey = { field: ProfileField; max: number };

/**
 * Keys of sign-in and authorization data, in lower case, which no claim may set. Keys that start with created or
 * modified are reserved too.
 */
const RESERVED_KEYS: ReadonlySet<string> = new Set(
  [
    ...["id", "userId", "user_id", "sub", "type", "username", "email", "emailAddress", "email_verified"],
    ...["emailVerified", "email-verified", "phone_number", "phoneNumber", "recoveryEmailAddress", "isActive"],
    ...["isBlocked", "isMfaDisabled", "mfaEnrollmentStatus", "authenticationMethod", "ownerId", "organizationId"],
    ...["roles", "groups", "permissions", "attributes", "identities", "customUpns", "upn"],
  ].map((key) => key.toLowerCase()),
);

interface Claim {
  value: string;
  /** Position in the request's list. */
  index: number;
}

export interface Claims {
  user: User;
  /** The user's attributes, including expired ones. */
  stored: UserAttribute[];
  asserted: readonly IdentityAttribute[];
  now: Date;
}

export interface AppliedAttributes {
  /** The changed profile fields. */
  profile: Partial<Pick<User, ProfileField>>;
  /** The `stored` array itself if nothing in it changes. */
  attributes: UserAttribute[];
  violations: BodyViolation[];
}

/** Applies the asserted claims to a user's profile and custom attributes. */
export function applyAttributes(claims: Claims): AppliedAttributes {
  const { profile, custom } = lastOfEach(claims.asserted);
  const changes = profileChanges(claims.user, profile);
  const { attributes, violations } = upsert(claims, custom);
  return { ...changes, attributes, violations: [...changes.violations, ...violations] };
}

function profileChanges(user: User, claims: [ProfileKey, Claim][]): Omit<AppliedAttributes, "attributes"> {
  const violations: BodyViolation[] = [];
  const profile: AppliedAttributes["profile"] = {};
  for (const [{ field, max }, { value, index }] of claims) {
    // In code points, as JSON Schema counts.
    if (Array.from(value).length > max) {
      violations.push({ pointer: `/attributes/${index}/value`, detail: `must NOT have more than ${max} characters` });
    } else if (value !== user[field]) profile[field] = value;
  }
  return { profile, violations };
}

/** The last claim of each key, if it has a value; for profile fields, the last of all spellings. */
function lastOfEach(asserted: readonly IdentityAttribute[]) {
  const last = new Map<string, { value: string | null | undefined; index: number }>();
  for (const [index, { key, value }] of asserted.entries()) {
    last.delete(key);
    last.set(key, { value, index });
  }
  const profile = new Map<ProfileField, [ProfileKey, Claim]>();
  const custom: [string, Claim][] = [];
  for (const [key, { value, index }] of last) {
    if (typeof value !== "string") continue;
    const known = PROFILE_KEYS.get(key.toLowerCase());
    if (!known && !isReserved(key)) custom.push([key, { value, index }]);
    if (known && !isBlank(value)) profile.set(known.field, [known, { value, index }]);
  }
  return { profile: [...profile.values()], custom };
}

function isReserved(key: string): boolean {
  const folded = key.toLowerCase();
  return RESERVED_KEYS.has(folded) || /^(created|modified)/.test(folded);
}

function upsert({ user, stored, now }: Claims, custom: [string, Claim][]): Omit<AppliedAttributes, "profile"> {
  const live = new Map(liveOnly(stored, now).map((attribute) => [attribute.name, attribute]));
  const changes = custom.filter(([name, { value }]) => live.get(name)?.value !== value);
  if (changes.length === 0) return { attributes: stored, violations: [] };

  const added = changes.filter(([name]) => !live.has(name));
  const violations = added.slice(Math.max(0, MAX_CUSTOM_ATTRIBUTES - live.size)).map(([, { index }]) => ({
    pointer: `/attributes/${index}`,
    detail: `must NOT be a new attribute: a user has at most ${MAX_CUSTOM_ATTRIBUTES}`,
  }));
  // Ids are unique within a user: a counter for the whole directory would serialize all syncs.
  const next = stored.reduce((highest, { id }) => Math.max(highest, id), 0) + 1;
  const fresh = added.map(([name, { value }], at) => ({ id: next + at, userId: user.id, name, value, expires: null }));
  const values = new Map(changes.map(([name, { value }]) => [name, value]));
  const kept = stored
    .filter((attribute) => !values.has(attribute.name) || live.get(attribute.name) === attribute)
    .map((attribute) => ({ ...attribute, value: values.get(attribute.name) ?? attribute.value ?? null }));
  return { attributes: [...kept, ...fresh], violations };
}
