import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { SecurityScheme } from "../contract/operations.ts";
import { bearerScheme, type TokenRules } from "./bearer.ts";
import type { ClientAddress, TrustedProxies } from "./client-address.ts";
import { applicationTokenScheme, basicScheme, type Credentials, type CurrentCredentials } from "./credentials.ts";
import { CREDENTIALS_FILE } from "./credentials-file.ts";
import { followJsonFile } from "./json-file.ts";
import { jwksFromUrl } from "./jwks.ts";
import { type FindKey, KEY_SET_FILE } from "./key-set.ts";
import type { SchemeHandler } from "./security.ts";

/** Settings of Bearer tokens: key set (RFC 7517), and exact values of `iss` and `aud`. */
export interface BearerOptions {
  jwks: { url: string } | { file: string };
  issuer: string;
  audience: string;
}

export interface AccessOptions {
  /** Credentials as objects. Without `tokens` no Bearer token is accepted. */
  access?: { credentials: Credentials; tokens?: TokenRules };
  /** A file with API keys and application tokens, reloaded when it changes; takes precedence over `access`. */
  credentialsFile?: string | undefined;
  /** Takes precedence over `access.tokens`. */
  bearer?: BearerOptions | undefined;
  /** Default: none; the address of a client is that of its socket. It is used to count wrong secrets and in the log. */
  trustProxy?: TrustedProxies | undefined;
}

/** Accepted credentials. */
export interface Access {
  credentials: CurrentCredentials;
  /** Undefined if no Bearer token is accepted. */
  tokens: TokenRules | undefined;
  close(): void;
}

/** If the options have no credentials, no request is authenticated. @throws ConfigurationError */
export function openAccess({ access, credentialsFile, bearer }: AccessOptions, log: Logger): Access {
  const lifetime = new AbortController();
  const options = { log, signal: lifetime.signal };
  const findKey = ({ jwks }: BearerOptions): FindKey => {
    if ("url" in jwks) return jwksFromUrl(jwks.url, options);
    const current = followJsonFile(jwks.file, KEY_SET_FILE, options);
    return (header) => current.value(header);
  };
  try {
    const { credentials = { apiKeys: [], applicationTokens: [] }, tokens } = access ?? {};
    const isFile = credentialsFile !== undefined;
    return {
      credentials: isFile ? followJsonFile(credentialsFile, CREDENTIALS_FILE, options) : { value: credentials },
      tokens: bearer ? { ...bearer, keys: findKey(bearer) } : tokens,
      close: () => lifetime.abort(),
    };
  } catch (error) {
    lifetime.abort();
    throw error;
  }
}

/** A handler for each of the contract's security schemes, by its type. */
export function schemeHandlers(
  schemes: Readonly<Record<string, SecurityScheme>>,
  { credentials, tokens }: Pick<Access, "credentials" | "tokens">,
  { clock = () => new Date(), addressOf }: { clock?: Clock | undefined; addressOf: ClientAddress },
): Record<string, SchemeHandler> {
  const handlerOf = (scheme: SecurityScheme) => {
    if (scheme.type === "apiKey") return applicationTokenScheme(scheme.name, credentials, clock);
    return scheme.scheme === "basic" ? basicScheme(credentials, clock, addressOf) : bearerScheme(tokens, clock);
  };
  return Object.fromEntries(Object.entries(schemes).map(([name, scheme]) => [name, handlerOf(scheme)]));
}
