import { SettingRefused } from "./setting-values.ts";
import type { Settings } from "./settings.ts";
import { refuseOpenPort } from "./stub/control/control-port-error.ts";

/**
 * Refuses settings that do not fit together: half a way in for Bearer tokens, in service mode whatever is for trying
 * things out, and in a stub a control port that is open to everybody.
 * @throws SettingRefused, ControlPortRefused
 */
export function refuseUnfit(settings: Settings): void {
  const { mode, controlPort, controlHost, controlToken } = settings;
  refuseHalfBearer(settings);
  if (mode === "service") refuseTrial(settings);
  else if (controlPort !== "none") refuseOpenPort(controlHost ?? "127.0.0.1", controlToken);
}

function refuseHalfBearer({ credentials, jwksUrl, jwksFile, issuer, audience }: Settings): void {
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
}

function refuseTrial({ database, directory, credentials, controlPort, controlHost }: Settings): void {
  if (controlPort !== "none" || controlHost !== undefined)
    throw new SettingRefused("--mode service has no control port: leave out --control-port and --control-host.");
  if (credentials === undefined)
    throw new SettingRefused("--mode service takes no demo credentials: name a file with --credentials.");
  if (database === ":memory:")
    throw new SettingRefused("--mode service needs a database that stays: name a file with --database.");
  if (directory === "demo")
    throw new SettingRefused("--mode service does not load the demo directory: name another with --directory.");
}
