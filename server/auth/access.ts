import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { bearerScheme, type TokenRules } from "./bearer.ts";
import { applicationTokenScheme, basicScheme, type Credentials } from "./credentials.ts";
import { openCredentials } from "./credentials-watch.ts";
import { jwksFromUrl } from "./jwks.ts";
import { jwksFromFile } from "./jwks-file.ts";
import type { SchemeHandlers } from "./security.ts";

/** Whose Bearer tokens count: the place of the issuer's keys (RFC 7517), and exact values of `iss` and `aud`. */
export interface BearerOptions {
  jwks: { url: string } | { file: string };
  issuer: string;
  audience: string;
}

export interface AccessOptions {
  /** Credentials as objects. Default: demo credentials, made anew. Without `tokens` no Bearer token holds. */
  access?: { credentials: Credentials; tokens?: TokenRules };
  /** A file with API keys and application tokens, followed while the server runs; goes before `access`. */
  credentialsFile?: string;
  /** Goes before `access.tokens`. */
  bearer?: BearerOptions;
}

/** Who is let in, and by what. */
export interface Access {
  /** Asked at each request: a file may have changed. */
  credentials: () => Credentials;
  /** Undefined where no Bearer token holds. */
  tokens: TokenRules | undefined;
  close(): void;
}

/** @throws CredentialsRefused, JwksRefused */
export async function openAccess(options: AccessOptions, clock: Clock, log: Logger): Promise<Access> {
  const source = await openSource(options, log);
  return options.bearer ? { ...source, tokens: await openTokens(options.bearer, clock, log) } : source;
}

/** The contract's schemes, each with what it looks for. */
export function schemesOf(
  { credentials, tokens }: Pick<Access, "credentials" | "tokens">,
  clock: Clock,
): SchemeHandlers {
  return {
    Bearer: bearerScheme(tokens, clock),
    ApplicationToken: applicationTokenScheme(credentials, clock),
    Basic: basicScheme(credentials, clock),
  };
}

async function openSource({ access, credentialsFile }: AccessOptions, log: Logger): Promise<Access> {
  if (credentialsFile !== undefined) {
    const file = openCredentials(credentialsFile, log);
    return { credentials: file.current, tokens: access?.tokens, close: file.close };
  }
  const close = () => {};
  const { credentials, tokens } = access ?? { credentials: { apiKeys: [], applicationTokens: [] } };
  return { credentials: () => credentials, tokens, close };
}

async function openTokens({ jwks, issuer, audience }: BearerOptions, clock: Clock, log: Logger): Promise<TokenRules> {
  const keys = "url" in jwks ? jwksFromUrl(jwks.url, { log, clock }).keys : await jwksFromFile(jwks.file, { log });
  return { keys, issuer, audience };
}
