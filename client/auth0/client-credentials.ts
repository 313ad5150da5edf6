import { NexusError } from "../nexus-error.ts";
import type { FetchedToken, FetchToken } from "./cached-token.ts";

export interface ClientCredentials {
  /** Host of the tenant: `acme.eu.auth0.com`. */
  domain: string;
  clientId: string;
  clientSecret: string;
  /** Identifier of the API. */
  audience: string;
  /** Default: the global one, looked up at each call. */
  fetch?: typeof globalThis.fetch;
}

/**
 * Fetches a token by the client credentials grant (RFC 6749 section 4.4), as JSON, from Auth0's `/oauth/token`.
 * @throws NexusError `config` at once if the domain is not a host name. The source throws `auth`, without any part of the
 * request or response, or the error of fetch.
 */
export function clientCredentialsToken({
  domain,
  clientId,
  clientSecret,
  audience,
  fetch,
}: ClientCredentials): FetchToken {
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(domain)) throw new NexusError("config", "domain must be a host name.");
  const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, audience };
  return async ({ signal }) => {
    const response = await (fetch ?? globalThis.fetch)(`https://${domain}/oauth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(grant),
      // Following a redirect would send the client secret to another origin.
      redirect: "manual",
      signal,
    });
    // The parser's error would contain a part of the body.
    const body: unknown = await response.json().catch(() => undefined);
    signal.throwIfAborted();
    if (!response.ok) throw new NexusError("auth", `The token endpoint returned ${response.status}.`);
    return tokenIn(body);
  };
}

/** Without `expires_in` (optional in RFC 6749 section 5.1) the lifetime is 0, and the token is not cached. */
function tokenIn(body: unknown): FetchedToken {
  const { access_token: token, expires_in: seconds } = (body ?? {}) as Record<string, unknown>;
  if (typeof token !== "string" || token === "") {
    throw new NexusError("auth", "The token endpoint returned no access token.");
  }
  return { token, expiresInMs: typeof seconds === "number" ? seconds * 1_000 : 0 };
}
