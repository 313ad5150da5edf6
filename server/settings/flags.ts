import { parseOptions } from "../command-line/parse-options.ts";
import { ConfigurationError } from "../configuration-error.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
export const NONE = "none";

export const FLAGS = {
  mode: { default: "stub", help: "stub, or service: only the operation, no demo data" },
  port: { default: "4010", help: "port to listen on, 0 for any free one" },
  host: { default: "127.0.0.1", help: "address to listen on" },
  database: { default: ":memory:", help: "SQLite file, :memory:, or postgres://…" },
  "database-pool": { default: "10", help: "maximum number of connections to PostgreSQL" },
  directory: { default: "demo", help: "JSON or NDJSON file to load at start; demo, or none (service: none)" },
  credentials: { default: "demo", help: "credentials file (command credentials), or demo" },
  "jwks-url": { default: NONE, help: "URL of the key set (JWKS) of Bearer tokens, https or loopback" },
  "jwks-file": { default: NONE, help: "the key set as a file" },
  issuer: { default: NONE, help: "required issuer (iss) of Bearer tokens" },
  audience: { default: NONE, help: "required audience (aud) of Bearer tokens" },
  "body-limit": { default: "256kb", help: "maximum size of a body: bytes, or with kb or mb" },
  "user-limit": { default: "1mb", help: "maximum size of a stored user as JSON: bytes, or with kb or mb" },
  "max-in-flight": { default: "256", help: "concurrent requests; more get 503" },
  "keep-alive-timeout": {
    default: "65",
    help: "seconds for which an idle connection stays open (stub: 5); longer than that of the load balancer in front",
  },
  "trust-proxy": {
    default: NONE,
    help: "proxies in front, for counting wrong secrets: their number, or addresses and networks (10.0.0.0/8,fd00::1)",
  },
  "cors-origin": { default: NONE, help: "the one origin whose pages may call the operation" },
  "control-port": {
    default: "4011",
    help: "the stub's control port and page; if not given, any free port where 4011 is in use, or with --port 0; none: no control port",
  },
  "control-host": {
    default: "127.0.0.1",
    help: "address of the control port; beyond loopback NEXUS_SYNC_CONTROL_TOKEN is required",
  },
  "ready-file": {
    default: NONE,
    help: "file that exists while the server is ready, with its URLs and demo credentials",
  },
  "log-level": { default: "info", help: `log level: ${LOG_LEVELS.join(", ")}` },
  "log-user-ids": { default: "off", help: "on: user ids in clear in the log, not hashed" },
} as const satisfies Record<string, { default: string; help: string }>;

export type FlagName = keyof typeof FLAGS;
export const FLAG_NAMES = Object.keys(FLAGS) as FlagName[];

export function variableOf(flag: string): string {
  return `NEXUS_SYNC_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The flags on the command line. @throws ConfigurationError */
export function readFlags(args: string[]): Record<string, unknown> {
  const strings = Object.keys(FLAGS).map((name) => [name, { type: "string" as const }]);
  return parseOptions({ args, options: Object.fromEntries(strings) }).values;
}

/** The settings as given, and where. */
export interface Given {
  /** The text of a setting; undefined if neither its flag nor its variable is given. @throws ConfigurationError */
  text(name: FlagName): string | undefined;
  /** The flag or variable that gives a setting, for messages; the flag if neither does. */
  source(name: FlagName): string;
  /** One line for each variable that is not used. */
  ignored: readonly string[];
  /** Whether a variable gives the setting. */
  isVariable(name: FlagName): boolean;
}

/** Kubernetes sets variables such as `NEXUS_SYNC_PORT=tcp://10.96.0.12:4010` for a Service named nexus-sync. */
export const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\/\S+:\d+$/i;

/** A flag overrides its variable. An empty variable counts as not given. */
export function readGiven(flags: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv): Given {
  const isService = (name: FlagName) => SERVICE_ADDRESS.test(environment[variableOf(name)] ?? "");
  const services = (["port", "control-port"] as const).filter((name) => flags[name] === undefined && isService(name));
  const inEnvironment = (name: FlagName) =>
    services.some((one) => one === name) ? undefined : environment[variableOf(name)] || undefined;
  const isVariable = (name: FlagName) => flags[name] === undefined && inEnvironment(name) !== undefined;
  return {
    isVariable,
    text(name) {
      const flag = flags[name];
      if (flag === "") throw new ConfigurationError(`--${name} must not be empty: ${FLAGS[name].help}.`);
      return typeof flag === "string" ? flag : inEnvironment(name);
    },
    source: (name) => (isVariable(name) ? variableOf(name) : `--${name}`),
    ignored: services.map(
      (name) =>
        `${variableOf(name)} is ignored: it is the address of a Kubernetes Service. Set the port with --${name}.`,
    ),
  };
}
