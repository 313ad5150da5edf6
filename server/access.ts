import type { Logger } from "pino";
import { bearerScheme, type TokenRules } from "./http/bearer.ts";
import { applicationTokenScheme, basicScheme, type Clock, type Credentials } from "./http/credentials.ts";
import { openCredentials } from "./http/open-credentials.ts";
import type { SchemeHandlers } from "./http/security.ts";
import { createDemoCredentials, type DemoCredentials } from "./stub/demo-credentials.ts";

export interface AccessOptions {
  /** Default: demo credentials, made anew. Both or neither. */
  access?: { credentials: Credentials; tokens: TokenRules };
  /** A file with API keys and application tokens, followed while the server runs; goes before `access.credentials`. */
  credentialsFile?: string;
}

/** Who is let in, and by what. */
export interface Access {
  schemes: SchemeHandlers;
  /** Absent where credentials were given. */
  demo?: DemoCredentials | undefined;
  close(): void;
}

/** @throws CredentialsRefused */
export async function openAccess(options: AccessOptions, clock: Clock, log: Logger): Promise<Access> {
  const { access, credentialsFile } = options;
  const made = access ? { demo: undefined, ...access } : await createDemoCredentials(clock);
  const followed = credentialsFile === undefined ? undefined : openCredentials(credentialsFile, log);
  const current = followed?.current ?? (() => made.credentials);
  return {
    schemes: {
      Bearer: bearerScheme(made.tokens, clock),
      ApplicationToken: applicationTokenScheme(current, clock),
      Basic: basicScheme(current, clock),
    },
    demo: followed ? undefined : made.demo,
    close: () => followed?.close(),
  };
}
