import { ConfigurationError } from "./configuration-error.ts";
import type { Settings } from "./setting-values.ts";

/**
 * Checks the settings that depend on each other: those of Bearer tokens, and those that service mode requires or
 * excludes.
 * @throws ConfigurationError
 */
export function checkSettings(settings: Settings): void {
  checkBearer(settings);
  if (settings.mode === "service") checkService(settings);
}

function checkBearer({ credentials, jwksUrl, jwksFile, issuer, audience }: Settings): void {
  if (jwksUrl !== undefined && jwksFile !== undefined)
    throw new ConfigurationError("--jwks-url and --jwks-file can't be combined.");
  const keys = jwksUrl ?? jwksFile;
  const given = [keys, issuer, audience].filter((value) => value !== undefined).length;
  if (given % 3 !== 0) {
    throw new ConfigurationError(
      "Bearer tokens need all of --issuer, --audience, and --jwks-url or --jwks-file, or none of them.",
    );
  }
  if (given > 0 && credentials === undefined) {
    throw new ConfigurationError(
      "Bearer tokens require application tokens: set the credentials file with --credentials.",
    );
  }
}

function checkService({ database, directory, credentials, controlPort, controlHost }: Settings): void {
  if (controlPort !== "none" || controlHost !== undefined)
    throw new ConfigurationError("--mode service has no control port: remove --control-port and --control-host.");
  if (credentials === undefined)
    throw new ConfigurationError("--mode service has no demo credentials: name a file with --credentials.");
  if (database === ":memory:")
    throw new ConfigurationError("--mode service needs a durable database: name a file or URL with --database.");
  if (directory === "demo")
    throw new ConfigurationError("--mode service does not load the demo directory: name another one with --directory.");
}
