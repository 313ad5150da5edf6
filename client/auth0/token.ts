import type { SecretSource } from "../credentials.ts";
import { NexusError } from "../nexus-error.ts";

/** `api.cache` of an Action. */
export interface ActionCache {
  get(key: string): { value: string; expires_at: number } | undefined;
  set(key: string, value: string, options?: { ttl?: number }): unknown;
}

export interface FetchedToken {
  token: string;
  /** Milliseconds; 0 if unknown. */
  expiresInMs: number;
}

export type FetchToken = (ask: { signal: AbortSignal }) => Promise<FetchedToken>;

export interface CachedTokenOptions {
  /** Key in the cache, at most 64 bytes; use one key per API. Default `nexus-sync-client.token`. */
  key?: string;
}

/** A cached token is not used in the last minute before it expires. */
const SKEW_MS = 60_000;
/** Maximum lifetime of an entry in Auth0's cache. */
const DAY_MS = 86_400_000;

/**
 * A source for `credentials.token` that keeps the token in the Action's cache. A forced refresh bypasses the cache. If
 * the cache does not store the token, each execution fetches one.
 */
export function cachedToken(
  cache: ActionCache,
  fetchToken: FetchToken,
  { key = "nexus-sync-client.token" }: CachedTokenOptions = {},
): Exclude<SecretSource, string> {
  return async ({ forceRefresh, signal }) => {
    const entry = forceRefresh ? undefined : cache.get(key);
    if (entry && entry.expires_at > Date.now()) return entry.value;
    const { token, expiresInMs } = await fetchToken({ signal });
    const ttl = Math.min(expiresInMs - SKEW_MS, DAY_MS);
    if (ttl > 0) cache.set(key, token, { ttl });
    return token;
  };
}

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
