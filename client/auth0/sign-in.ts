import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import { NexusError } from "../nexus-error.ts";

/**
 * The used members of a post-login Action's `event`. Structural, so that it accepts any version of Auth0's types.
 * https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger/post-login-event-object
 */
export interface PostLoginEvent {
  user: { user_id?: string | undefined; identities?: readonly LinkedIdentity[] | undefined };
  connection?: { id?: string | undefined; name?: string | undefined } | undefined;
  /** Absent if the sign-in requests no API. */
  resource_server?: { identifier?: string | undefined } | undefined;
}

interface LinkedIdentity {
  connection?: string | undefined;
  /** Claims of the connection, for accounts that were linked to the user's primary one. */
  profileData?: object | undefined;
  profile_data?: object | undefined;
}

export interface SignInOptions {
  /** Identifier of the API. Default: `event.resource_server.identifier`. */
  audience?: string | undefined;
  /** The property of the connection that the directory uses as its id (`azoConnectionId`). Default `name`. */
  connectionBy?: "name" | "id" | undefined;
  /** Default: the claim `groups` of the connection, or no groups. */
  groups?: readonly string[] | undefined;
  /** Override claims of the profile; null means no change. */
  attributes?: Readonly<Record<string, string | null>> | undefined;
  /** Selects the custom UPN in the result. Default: all of them. */
  clientUpnKey?: string | null | undefined;
}

export interface SignIn {
  userId: string;
  body: SyncUserIdentityRequest;
}

type Claims = Readonly<Record<string, unknown>>;

/** Claims of the profile, with the maximum length that the server accepts, in characters. */
const PROFILE_CLAIMS = {
  given_name: 100,
  family_name: 100,
  name: 200,
  nickname: 100,
  picture: 250,
  locale: Number.POSITIVE_INFINITY,
} as const;

/**
 * The arguments of `syncUserIdentity` for a post-login Action's event. Groups and profile are the claims of the
 * connection of this sign-in, even if accounts are linked.
 * @throws NexusError `config` if the user id, the connection or the audience is missing.
 */
export function signInOf(event: PostLoginEvent, options: SignInOptions = {}): SignIn {
  const { connectionBy = "name", clientUpnKey } = options;
  const userId = required(event.user?.user_id, "event.user.user_id");
  const claims = connectionClaims(event);
  const attributes = [...profileOf(claims), ...Object.entries(options.attributes ?? {})];
  return {
    userId,
    body: {
      audience: required(options.audience ?? event.resource_server?.identifier, "audience or event.resource_server"),
      attributes: attributes.map(([key, value]) => ({ key, value })),
      connection: {
        connectionId: required(event.connection?.[connectionBy], `event.connection.${connectionBy}`),
        groups: [...(options.groups ?? groupsOf(claims))],
      },
      ...(clientUpnKey !== undefined && { clientUpnKey }),
    },
  };
}

/**
 * The claims of the sign-in's connection. `event.user` contains those of the primary account; those of a linked account
 * are in its identity. Using the primary account's would grant groups that this connection did not assert.
 */
function connectionClaims({ user, connection }: PostLoginEvent): Claims {
  const identities = user.identities ?? [];
  const index = identities.findIndex((identity) => identity.connection === connection?.name);
  if (index <= 0) return user as Claims;
  const linked = identities[index];
  return (linked?.profileData ?? linked?.profile_data ?? {}) as Claims;
}

/** The claim `groups`, which enterprise connections set; a string counts as one group. */
function groupsOf({ groups }: Claims): string[] {
  const list: unknown[] = Array.isArray(groups) ? groups : [groups];
  return list.filter((group) => typeof group === "string");
}

/** The profile, without claims that are blank, not a string, or so long that the server would reject the request. */
function profileOf(claims: Claims): [string, string][] {
  return Object.entries(PROFILE_CLAIMS).flatMap(([key, maxLength]): [string, string][] => {
    const value = claims[key];
    if (typeof value !== "string" || value.trim() === "") return [];
    return Array.from(value).length <= maxLength ? [[key, value]] : [];
  });
}

function required(value: string | undefined, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new NexusError("config", `The sign-in requires ${name}.`);
}
