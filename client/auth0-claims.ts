/**
 * What is read of a post-login Action's `event`; structural, so that any version of Auth0's own types fits.
 * https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger/post-login-event-object
 */
export interface PostLoginEvent {
  user: { user_id?: string | undefined; identities?: readonly LinkedIdentity[] | undefined };
  connection?: { id?: string | undefined; name?: string | undefined } | undefined;
  /** Absent where the sign-in is for no API. */
  resource_server?: { identifier?: string | undefined } | undefined;
}

export interface LinkedIdentity {
  connection?: string | undefined;
  /** What the connection asserted, of accounts that were linked to the user's first one. */
  profileData?: object | undefined;
  profile_data?: object | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Profile claims that a sync takes, with the most characters it accepts (see the server's sync rules). */
const PROFILE_CLAIMS = {
  given_name: 100,
  family_name: 100,
  name: 200,
  nickname: 100,
  picture: 250,
  locale: Number.POSITIVE_INFINITY,
} as const;

/**
 * The claims of the connection that was signed in through. `event.user` itself holds those of the user's first account:
 * of one that was linked later they lie in its identity, and taking the first one's would grant groups that this
 * connection did not assert.
 */
export function assertedClaims({ user, connection }: PostLoginEvent): Claims {
  const identities = user.identities ?? [];
  const index = identities.findIndex((identity) => identity.connection === connection?.name);
  if (index <= 0) return user as Claims;
  const linked = identities[index];
  return (linked?.profileData ?? linked?.profile_data ?? {}) as Claims;
}

/** The groups in the claim `groups`, which enterprise connections set; a single text counts as one group. */
export function groupsOf({ groups }: Claims): string[] {
  const list: unknown[] = Array.isArray(groups) ? groups : [groups];
  return list.filter((group) => typeof group === "string");
}

/** The profile in its claims' own names. Left out is what is no text, blank, or so long that all would be refused. */
export function profileOf(claims: Claims): [string, string][] {
  return Object.entries(PROFILE_CLAIMS).flatMap(([key, most]): [string, string][] => {
    const value = claims[key];
    if (typeof value !== "string" || value.trim() === "") return [];
    return Array.from(value).length <= most ? [[key, value]] : [];
  });
}
