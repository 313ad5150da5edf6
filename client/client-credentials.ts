import type { FetchedToken, FetchToken } from "./cached-token.ts";
import { NexusError } from "./nexus-error.ts";

export interface ClientCredentials {
  /** Host of the tenant: `acme.eu.auth0.com`. */
  domain: string;
  clientId: string;
  clientSecret: string;
  /** Identifier of the API that the token is for. */
  audience: string;
  /** Default: the global one, looked up at each call. */
  fetch?: typeof globalThis.fetch;
}

/**
 * Fetches a token by the client credentials grant (RFC 6749 section 4.4) as Auth0 takes it: JSON to `/oauth/token`.
 * @throws NexusError `config` at once if the domain is no host; from the source `auth`, without a word of what was sent
 * or answered, or what fetch throws.
 */
export function clientCredentialsToken({
  domain,
  clientId,
  clientSecret,
  audience,
  fetch,
}: ClientCredentials): FetchToken {
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(domain)) throw new NexusError("config", "domain must be the name of a host.");
  const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, audience };
  return async ({ signal }) => {
    const response = await (fetch ?? globalThis.fetch)(`https://${domain}/oauth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(grant),
      // Following one would hand the client's secret to another origin.
      redirect: "manual",
      signal,
    });
    const answer: unknown = await response.json().catch(() => undefined);
    // The parser's error would quote the answer, and fetch's own says nothing more than the signal does.
    signal.throwIfAborted();
    if (!response.ok) throw new NexusError("auth", `The token endpoint answered ${response.status}.`);
    return tokenIn(answer);
  };
}

/** Without `expires_in` (optional in RFC 6749 section 5.1) nothing is known of its end, and it is not kept. */
function tokenIn(answer: unknown): FetchedToken {
  const { access_token: token, expires_in: seconds } = (answer ?? {}) as Record<string, unknown>;
  if (typeof token !== "string" || token === "") {
    throw new NexusError("auth", "The token endpoint answered without an access token.");
  }
  return { token, expiresInMs: typeof seconds === "number" ? seconds * 1_000 : 0 };
}
