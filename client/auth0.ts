import type { SyncUserIdentityRequest } from "../generated/operations.ts";
import { assertedClaims, groupsOf, type PostLoginEvent, profileOf } from "./auth0-claims.ts";
import { NexusError } from "./nexus-error.ts";

export {
  type ActionCache,
  type CachedTokenOptions,
  cachedToken,
  type FetchedToken,
  type FetchToken,
} from "./cached-token.ts";
export { type ClientCredentials, clientCredentialsToken } from "./client-credentials.ts";
export type { PostLoginEvent };

export interface SignInOptions {
  /** Identifier of the API. Default: `event.resource_server.identifier`. */
  audience?: string | undefined;
  /** Which of the connection's properties the directory knows it by (`azoConnectionId`). Default `name`. */
  connectionBy?: "name" | "id" | undefined;
  /** Default: the claim `groups` that the connection asserted; none where there is no such claim. */
  groups?: readonly string[] | undefined;
  /** Sent after the profile's claims, so that they win over them; null means no change. */
  attributes?: Readonly<Record<string, string | null>> | undefined;
  /** Selects the custom UPN in the answer. Default: all of them. */
  clientUpnKey?: string | null | undefined;
}

export interface SignIn {
  userId: string;
  body: SyncUserIdentityRequest;
}

/**
 * The arguments of `syncUserIdentity` for a post-login Action's event. Groups and profile are those that the
 * connection asserted at this sign-in, also where accounts are linked.
 * @throws NexusError `config` if the event lacks a user id or a connection, or there is no audience.
 */
export function signInOf(event: PostLoginEvent, options: SignInOptions = {}): SignIn {
  const { connectionBy = "name", clientUpnKey } = options;
  // First of all: an event without a user has no claims to look at.
  const userId = present(event.user?.user_id, "event.user.user_id");
  const claims = assertedClaims(event);
  const attributes = [...profileOf(claims), ...Object.entries(options.attributes ?? {})];
  return {
    userId,
    body: {
      audience: present(options.audience ?? event.resource_server?.identifier, "audience or event.resource_server"),
      attributes: attributes.map(([key, value]) => ({ key, value })),
      connection: {
        connectionId: present(event.connection?.[connectionBy], `event.connection.${connectionBy}`),
        groups: [...(options.groups ?? groupsOf(claims))],
      },
      ...(clientUpnKey !== undefined && { clientUpnKey }),
    },
  };
}

function present(value: string | undefined, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new NexusError("config", `A sign-in needs ${name}.`);
}
