import { parseArgs } from "node:util";
import { ConfigurationError } from "./configuration-error.ts";
import {
  readBytes,
  readCount,
  readDatabase,
  readOneOf,
  readOptionalPort,
  readOrigin,
  readPort,
  type Settings,
} from "./setting-values.ts";
import { checkSettings } from "./settings-check.ts";

interface Flag {
  default: string;
  help: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const NONE = "none";

const FLAGS = {
  mode: { default: "stub", help: "stub, or service: only the operation, no demo data" },
  port: { default: "4010", help: "port to listen on, 0 for any free one" },
  host: { default: "127.0.0.1", help: "address to listen on" },
  database: { default: ":memory:", help: "SQLite file, :memory:, or postgres://…" },
  "database-pool": { default: "10", help: "maximum number of connections to PostgreSQL" },
  directory: { default: "demo", help: "JSON or NDJSON file to load at start; demo, or none (service: none)" },
  credentials: { default: "demo", help: "credentials file (npm run credentials), or demo" },
  "jwks-url": { default: NONE, help: "URL of the key set (JWKS) of Bearer tokens, https or loopback" },
  "jwks-file": { default: NONE, help: "the key set as a file" },
  issuer: { default: NONE, help: "required issuer (iss) of Bearer tokens" },
  audience: { default: NONE, help: "required audience (aud) of Bearer tokens" },
  "body-limit": { default: "256kb", help: "maximum size of a body: bytes, or with kb or mb" },
  "max-in-flight": { default: "256", help: "concurrent requests; more get 503" },
  "cors-origin": { default: NONE, help: "the one origin whose pages may call the operation" },
  "control-port": {
    default: "4011",
    help: "the stub's control port and page; any free port with --port 0; none: no control port",
  },
  "control-host": {
    default: "127.0.0.1",
    help: "address of the control port; beyond loopback NEXUS_SYNC_CONTROL_TOKEN is required",
  },
  "log-level": { default: "info", help: `log level: ${LOG_LEVELS.join(", ")}` },
  "log-user-ids": { default: "off", help: "on: user ids in clear in the log, not hashed" },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof FLAGS;

/**
 * Reads the settings. Flags override environment variables, which override defaults. Returns undefined for --help.
 * @throws ConfigurationError
 */
export function readSettings(args: string[], environment: NodeJS.ProcessEnv): Settings | undefined {
  const given = readFlags(args);
  if (given.help === true) return undefined;
  const explicit = (name: FlagName): string | undefined => {
    const flag = given[name];
    return typeof flag === "string" ? flag : environment[variableOf(name)] || undefined;
  };
  const value = (name: FlagName): string => explicit(name) ?? FLAGS[name].default;
  const optional = (name: FlagName): string | undefined => {
    const text = readText(name, value(name));
    return text === FLAGS[name].default ? undefined : text;
  };
  const mode = readOneOf("mode", value("mode"), ["stub", "service"] as const);
  const directory = explicit("directory") ?? (mode === "service" ? NONE : FLAGS.directory.default);
  const port = readPort("port", value("port"));
  const defaultControlPort = mode === "service" ? NONE : port === 0 ? "0" : FLAGS["control-port"].default;
  const settings: Settings = {
    mode,
    port,
    host: value("host"),
    database: readDatabase(readText("database", value("database")), { isFlag: given.database !== undefined }),
    databasePassword: environment.NEXUS_SYNC_DATABASE_PASSWORD || undefined,
    databasePool: readCount("database-pool", value("database-pool")),
    directory: readText("directory", directory),
    credentials: optional("credentials"),
    jwksUrl: optional("jwks-url"),
    jwksFile: optional("jwks-file"),
    issuer: optional("issuer"),
    audience: optional("audience"),
    bodyLimit: readBytes("body-limit", value("body-limit")),
    maxInFlight: readCount("max-in-flight", value("max-in-flight")),
    corsOrigin: readOrigin("cors-origin", optional("cors-origin")),
    logLevel: readOneOf("log-level", value("log-level"), LOG_LEVELS),
    logUserIds: readOneOf("log-user-ids", value("log-user-ids"), ["on", "off"] as const) === "on",
    logKey: environment.NEXUS_SYNC_LOG_KEY || undefined,
    controlPort: readOptionalPort("control-port", explicit("control-port") ?? defaultControlPort),
    controlHost: explicit("control-host"),
    controlToken: environment.NEXUS_SYNC_CONTROL_TOKEN || undefined,
  };
  checkSettings(settings);
  return settings;
}

export function helpText(): string {
  const rows = Object.entries(FLAGS).map(([name, { default: preset, help }]) =>
    [`  --${name}`.padEnd(18), variableOf(name).padEnd(26), preset.padEnd(12), help].join(" "),
  );
  const head = ["npm start -- [options]", "", "  flag             variable                   default      meaning"];
  const secrets = [
    "Secrets are environment variables only: NEXUS_SYNC_LOG_KEY, key for hashing user ids in the log (default: random);",
    "NEXUS_SYNC_DATABASE_PASSWORD, password of PostgreSQL (may also be part of NEXUS_SYNC_DATABASE);",
    "NEXUS_SYNC_CONTROL_TOKEN, required by the control port as a Bearer token (default: none, on loopback only).",
  ];
  return [...head, ...rows, "", ...secrets].join("\n");
}

function variableOf(flag: string): string {
  return `NEXUS_SYNC_${flag.toUpperCase().replaceAll("-", "_")}`;
}

function readFlags(args: string[]): Record<string, unknown> {
  const strings = Object.keys(FLAGS).map((name) => [name, { type: "string" as const }]);
  try {
    return parseArgs({ args, options: { ...Object.fromEntries(strings), help: { type: "boolean" } } }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw new ConfigurationError(`${sentence?.replace(/\.$/, "")}. --help lists the options.`);
  }
}

function readText(name: FlagName, text: string): string {
  if (text !== "") return text;
  throw new ConfigurationError(`--${name} must not be empty: ${FLAGS[name].help}.`);
}
