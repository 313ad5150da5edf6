import { readFileSync } from "node:fs";
import { ConfigurationError } from "../configuration-error.ts";

/** Variables whose value is a secret; each may name a file with it instead, as `NAME_FILE`. */
export const SECRETS = {
  NEXUS_SYNC_LOG_KEY: "key for hashing user ids in the log (default: random)",
  NEXUS_SYNC_DATABASE_PASSWORD: "password of PostgreSQL (may also be part of NEXUS_SYNC_DATABASE)",
  NEXUS_SYNC_CONTROL_TOKEN: "required by the control port as a Bearer token (default: none, on loopback only)",
  NEXUS_SYNC_DEMO_SECRET: "secret of the stub's demo API key, and its application token (default: random)",
} as const;

export type SecretName = keyof typeof SECRETS;

/** The secrets that files give. */
export function secretsFromFiles(environment: NodeJS.ProcessEnv): SecretName[] {
  // The keys of SECRETS.
  return (Object.keys(SECRETS) as SecretName[]).filter((name) => environment[`${name}_FILE`]);
}

/** The secret of a variable or of the file that it names; undefined if neither is given. @throws ConfigurationError */
export function readSecret(name: SecretName, environment: NodeJS.ProcessEnv): string | undefined {
  const [value, file] = [environment[name], environment[`${name}_FILE`]];
  if (!file) return value || undefined;
  if (value) throw new ConfigurationError(`${name} and ${name}_FILE can't be combined.`);
  const text = fileText(`${name}_FILE`, file);
  if (text === "") throw new ConfigurationError(`${name}_FILE names an empty file: ${file}.`);
  return text;
}

/** Without the byte-order mark and the line end that editors and `echo` add. */
function fileText(source: string, file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF|\r?\n$/g, "");
  } catch (error) {
    throw new ConfigurationError(`${source} can't be read: ${(error as Error).message}.`, { cause: error });
  }
}
