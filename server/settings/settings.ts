import { COMMANDS } from "../commands.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { FLAGS, type Given, readFlags, readGiven, variableOf } from "./flags.ts";
import { SECRETS } from "./secrets.ts";
import { readValues, type Settings } from "./values.ts";

/**
 * Reads the settings. Flags override environment variables, which override defaults. Returns undefined for --help.
 * @throws ConfigurationError
 */
export function readSettings(args: string[], environment: NodeJS.ProcessEnv): Settings | undefined {
  const flags = readFlags(args);
  if (flags.help === true) return undefined;
  const given = readGiven(flags, environment);
  const settings = readValues(given, environment);
  if (settings.mode === "service") checkService(settings, given);
  else if (settings.demoSecret !== undefined && settings.credentials !== undefined)
    throw new ConfigurationError(`${given.source("credentials")} and NEXUS_SYNC_DEMO_SECRET can't be combined.`);
  return settings;
}

function checkService(
  { database, directory, credentials, controlPort, controlHost, demoSecret }: Settings,
  { source }: Pick<Given, "source">,
): void {
  const control = [
    ...(controlPort === "none" ? [] : [source("control-port")]),
    ...(controlHost === undefined ? [] : [source("control-host")]),
  ];
  if (control.length > 0)
    throw new ConfigurationError(`A service has no control port: remove ${control.join(" and ")}.`);
  if (demoSecret !== undefined)
    throw new ConfigurationError("A service has no demo credentials: remove NEXUS_SYNC_DEMO_SECRET.");
  if (credentials === undefined)
    throw new ConfigurationError(`A service has no demo credentials: name a file with ${source("credentials")}.`);
  if (database === ":memory:")
    throw new ConfigurationError(`A service needs a durable database: name a file or URL with ${source("database")}.`);
  if (directory === "demo")
    throw new ConfigurationError(
      `A service does not load the demo directory: name another one with ${source("directory")}.`,
    );
}

/** `command` is what the user types before the options. */
export function helpText(command = "npm start -- [options], or npx nexus-sync"): string {
  const rows = Object.entries(FLAGS).map(([name, { default: preset, help }]) =>
    [`  --${name}`.padEnd(18), variableOf(name).padEnd(26), preset.padEnd(12), help].join(" "),
  );
  const commands = Object.entries(COMMANDS).map(([name, { help }]) => `  ${name.padEnd(16)} ${help}`);
  const head = [`${command} [options]`, "", "  flag             variable                   default      meaning"];
  const secrets = [
    "Secrets are environment variables only. Each can be read from a file instead, whose name is in the variable NAME_FILE:",
    ...Object.entries(SECRETS).map(([name, meaning]) => `  ${name.padEnd(30)} ${meaning}`),
  ];
  const others = ["Commands, instead of the options:", ...commands];
  return [...head, ...rows, "", ...secrets, "", ...others].join("\n");
}
