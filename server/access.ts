import type { Logger } from "pino";
import { bearerScheme, type TokenRules } from "./http/bearer.ts";
import { applicationTokenScheme, basicScheme, type Clock, type Credentials } from "./http/credentials.ts";
import { jwksFromUrl } from "./http/jwks.ts";
import { jwksFromFile } from "./http/jwks-file.ts";
import { openCredentials } from "./http/open-credentials.ts";
import type { SchemeHandlers } from "./http/security.ts";
import { createDemoCredentials, type DemoCredentials } from "./stub/demo-credentials.ts";

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
  schemes: SchemeHandlers;
  /** Absent where any credentials were given. */
  demo?: DemoCredentials | undefined;
  close(): void;
}

interface Source {
  credentials: () => Credentials;
  tokens: TokenRules | undefined;
  demo?: DemoCredentials | undefined;
  close?: () => void;
}

/** @throws CredentialsRefused, JwksRefused */
export async function openAccess(options: AccessOptions, clock: Clock, log: Logger): Promise<Access> {
  const { credentials, tokens, demo, close = () => {} } = await openSource(options, clock, log);
  const rules = options.bearer ? await openTokens(options.bearer, clock, log) : tokens;
  return {
    schemes: {
      Bearer: bearerScheme(rules, clock),
      ApplicationToken: applicationTokenScheme(credentials, clock),
      Basic: basicScheme(credentials, clock),
    },
    demo,
    close,
  };
}

async function openSource({ access, credentialsFile }: AccessOptions, clock: Clock, log: Logger): Promise<Source> {
  if (credentialsFile !== undefined) {
    const { current, close } = openCredentials(credentialsFile, log);
    return { credentials: current, tokens: access?.tokens, close };
  }
  if (access) return { credentials: () => access.credentials, tokens: access.tokens };
  const { demo, credentials, tokens } = await createDemoCredentials(clock);
  return { credentials: () => credentials, tokens, demo };
}

async function openTokens({ jwks, issuer, audience }: BearerOptions, clock: Clock, log: Logger): Promise<TokenRules> {
  const keys = "url" in jwks ? jwksFromUrl(jwks.url, { log, clock }).keys : await jwksFromFile(jwks.file, { log });
  return { keys, issuer, audience };
}
