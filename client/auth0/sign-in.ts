import type { SyncUserIdentityRequest } from "../../generated/operations.ts";
import { withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import { isStorable } from "../text.ts";
import { groupsOf } from "./groups.ts";

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
  /** Default: the claim `groups` of the connection, or no groups. Required if the provider keeps the groups elsewhere. */
  groups?: readonly string[] | undefined;
  /** Override claims of the profile; null means no change. Values that the server would reject are left out. */
  attributes?: Readonly<Record<string, string | null>> | undefined;
  /** Selects the custom UPN in the result; at most 255 characters. Default: all of them. */
  clientUpnKey?: string | null | undefined;
}

/** The arguments of `syncUserIdentity`. */
export interface SignIn {
  userId: string;
  body: SyncUserIdentityRequest;
}

type Claims = Readonly<Record<string, unknown>>;

/** Claims of the profile, with their maximum length in characters. The server has no maximum for `locale`. */
const PROFILE_CLAIMS: ReadonlyMap<string, number> = new Map([
  ["given_name", 100],
  ["family_name", 100],
  ["name", 200],
  ["nickname", 100],
  ["picture", 250],
  ["locale", 100],
]);
const MAX_UPN_KEY_LENGTH = 255;

/**
 * The arguments of `syncUserIdentity` for a post-login Action's event. Groups and profile are the claims of the
 * connection of this sign-in, even if accounts are linked. A claim or group that the server would reject is left out.
 * @throws NexusError `config` if an option, the user id, the connection or the audience is missing or invalid, or the groups
 * are unknown: the provider keeps them elsewhere, or they are neither a string nor a list of strings.
 */
export function signInOf(event: PostLoginEvent, options: SignInOptions = {}): SignIn {
  checkOptions(options);
  const { connectionBy = "name", clientUpnKey } = options;
  // From callers in JavaScript, the event is anything.
  const userId = required(Object(event).user?.user_id, "event.user.user_id");
  const claims = connectionClaims(event);
  // An override that is left out must not bring the claim back.
  const overrides = options.attributes ?? {};
  const profile = profileOf(claims).filter(([key]) => !Object.hasOwn(overrides, key));
  const attributes = [...profile, ...Object.entries(overrides)].filter(isAccepted);
  return {
    userId,
    body: {
      audience: required(options.audience ?? event.resource_server?.identifier, "audience or event.resource_server"),
      attributes: attributes.map(([key, value]) => ({ key, value })),
      connection: {
        connectionId: required(event.connection?.[connectionBy], `event.connection.${connectionBy}`),
        groups: groupsOf(claims, options.groups).filter(isStorable),
      },
      ...(clientUpnKey !== undefined && { clientUpnKey }),
    },
  };
}

function checkOptions(options: SignInOptions): void {
  const checkedBelow = { connectionBy: undefined, clientUpnKey: undefined };
  withDefaults({ audience: "", groups: [], attributes: {}, ...checkedBelow }, options);
  const { connectionBy = "name", clientUpnKey = null } = options;
  if (!["name", "id"].includes(connectionBy)) throw new NexusError("config", "connectionBy must be 'name' or 'id'.");
  if (clientUpnKey === null) return;
  if (typeof clientUpnKey !== "string") throw new NexusError("config", "clientUpnKey must be a string or null.");
  checkText(clientUpnKey, "clientUpnKey", MAX_UPN_KEY_LENGTH);
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

/** The profile, without claims that are blank or not a string. */
function profileOf(claims: Claims): [string, string][] {
  return Array.from(PROFILE_CLAIMS.keys()).flatMap((key): [string, string][] => {
    const value = claims[key];
    return typeof value === "string" && value.trim() !== "" ? [[key, value]] : [];
  });
}

/** False for an attribute for which the server would reject the whole request. */
function isAccepted([key, value]: readonly [string, unknown]): boolean {
  if (key === "" || !isStorable(key)) return false;
  if (value === null || value === undefined) return true;
  if (typeof value !== "string" || !isStorable(value)) return false;
  return Array.from(value).length <= (PROFILE_CLAIMS.get(key) ?? Number.POSITIVE_INFINITY);
}

function required(value: string | undefined, name: string): string {
  if (typeof value !== "string" || value === "") throw new NexusError("config", `The sign-in requires ${name}.`);
  checkText(value, name);
  return value;
}

function checkText(text: string, name: string, maxLength = Number.POSITIVE_INFINITY): void {
  if (!isStorable(text)) throw new NexusError("config", `${name} must have no U+0000 and no lone surrogate.`);
  if (Array.from(text).length <= maxLength) return;
  throw new NexusError("config", `${name} must have at most ${maxLength} characters.`);
}
