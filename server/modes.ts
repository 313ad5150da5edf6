import { SettingRefused } from "./setting-readers.ts";
import type { Settings } from "./settings.ts";

/**
 * Refuses settings that do not fit together: half a way in for Bearer tokens, and in service mode whatever is for
 * trying things out.
 * @throws SettingRefused
 */
export function refuseUnfit(settings: Settings): void {
  const { mode, database, directory, credentials, jwksUrl, jwksFile, issuer, audience } = settings;
  if (jwksUrl !== undefined && jwksFile !== undefined)
    throw new SettingRefused("--jwks-url and --jwks-file exclude each other.");
  const keys = jwksUrl ?? jwksFile;
  const given = [keys, issuer, audience].filter((value) => value !== undefined).length;
  if (given % 3 !== 0) {
    throw new SettingRefused("Bearer tokens need all of --jwks-url or --jwks-file, --issuer and --audience, or none.");
  }
  if (given > 0 && credentials === undefined) {
    throw new SettingRefused("Bearer tokens come with application tokens: name their file with --credentials.");
  }
  if (mode === "stub") return;
  if (credentials === undefined)
    throw new SettingRefused("--mode service takes no demo credentials: name a file with --credentials.");
  if (database === ":memory:")
    throw new SettingRefused("--mode service needs a database that stays: name a file with --database.");
  if (directory === "demo")
    throw new SettingRefused("--mode service does not load the demo directory: name another with --directory.");
}
