import { type Complete, withDefaults } from "../check-options.ts";
import { NexusError } from "../nexus-error.ts";
import { MAX_RESPONSE_BYTES, readBody } from "../response-body.ts";
import { parseJson } from "../text.ts";
import type { FetchedToken, FetchToken } from "../token/token-source.ts";

export interface ClientCredentials {
  /** Host of the tenant: `acme.eu.auth0.com`. */
  domain: string;
  clientId: string;
  clientSecret: string;
  /** Identifier of the API. */
  audience: string;
  /** Default: the global one, looked up at each call. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** Undefined: checked below. */
const DEFAULTS: { [Name in keyof ClientCredentials]-?: ClientCredentials[Name] | undefined } = {
  domain: undefined,
  clientId: undefined,
  clientSecret: undefined,
  audience: undefined,
  fetch: (...request) => globalThis.fetch(...request),
};

/**
 * Fetches a token by the client credentials grant (RFC 6749 section 4.4), as JSON, from Auth0's `/oauth/token`.
 * @throws NexusError `config` at once if a member is unknown or not a non-empty string, or the domain not a host name. The
 * source throws `auth` or, for more than 10,000,000 bytes, `decode`, without any part of the request or response, or the
 * error of fetch.
 */
export function clientCredentialsToken(options: ClientCredentials): FetchToken {
  const complete = withDefaults(DEFAULTS, options) as Complete<ClientCredentials>;
  const { domain, clientId, clientSecret, audience, fetch } = complete;
  for (const [name, value] of Object.entries({ domain, clientId, clientSecret, audience })) {
    // A secret of an Action that is not set is undefined.
    if (typeof value !== "string" || !value) throw new NexusError("config", `${name} must be a non-empty string.`);
  }
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(domain)) throw new NexusError("config", "domain must be a host name.");
  const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, audience };
  return async ({ signal }) => {
    const response = await fetch(`https://${domain}/oauth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(grant),
      // Following a redirect would send the client secret to another origin.
      redirect: "manual",
      signal,
    });
    if (!response.ok) {
      response.body?.cancel().catch(() => {});
      throw new NexusError("auth", `The token endpoint returned ${response.status}.`);
    }
    return tokenIn(await readBody(response, { maxBytes: MAX_RESPONSE_BYTES, tooLarge, signal }));
  };
}

const tooLarge = () => new NexusError("decode", `The token endpoint returned more than ${MAX_RESPONSE_BYTES} bytes.`);

/** Without `expires_in` (optional in RFC 6749 section 5.1) the lifetime is 0, and the token is not cached. */
function tokenIn(bytes: Uint8Array): FetchedToken {
  const { access_token: token, expires_in: seconds } = (parseJson(bytes) ?? {}) as Record<string, unknown>;
  if (typeof token !== "string" || token === "") {
    throw new NexusError("auth", "The token endpoint returned no access token.");
  }
  return { token, expiresInMs: typeof seconds === "number" ? seconds * 1_000 : 0 };
}
