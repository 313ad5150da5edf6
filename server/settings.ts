import { parseArgs } from "node:util";
import {
  readBytes,
  readCount,
  readDatabase,
  readOneOf,
  readOptionalPort,
  readOrigin,
  readPort,
  SettingRefused,
} from "./setting-values.ts";

export interface Settings {
  mode: "stub" | "service";
  port: number;
  host: string;
  database: string;
  /** PostgreSQL's; from the environment alone, for it is a secret. */
  databasePassword: string | undefined;
  /** Connections to PostgreSQL. */
  databasePool: number;
  directory: string;
  /** Files, URLs and names that are not given are undefined. */
  credentials: string | undefined;
  jwksUrl: string | undefined;
  jwksFile: string | undefined;
  issuer: string | undefined;
  audience: string | undefined;
  bodyLimit: number;
  maxInFlight: number;
  corsOrigin: string | undefined;
  logLevel: string;
  logUserIds: boolean;
  /** Key of the hashes that stand for users' ids in the log; from the environment alone, for it is a secret. */
  logKey: string | undefined;
  /** "none" in service mode, unless somebody said otherwise. */
  controlPort: number | "none";
  controlHost: string | undefined;
  /** From the environment alone, for it is a secret. */
  controlToken: string | undefined;
}

interface Flag {
  default: string;
  help: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const NONE = "none";

const FLAGS = {
  mode: { default: "stub", help: "stub, or service: no demo data, nothing but the operation" },
  port: { default: "4010", help: "port to listen on, 0 for any free one" },
  host: { default: "127.0.0.1", help: "address to listen on" },
  database: { default: ":memory:", help: "SQLite file, :memory:, or postgres://…" },
  "database-pool": { default: "10", help: "connections to PostgreSQL" },
  directory: { default: "demo", help: "JSON or NDJSON file to load at start; demo, or none (service: none)" },
  credentials: { default: "demo", help: "credentials file (npm run credentials), or demo" },
  "jwks-url": { default: NONE, help: "where the keys of Bearer tokens are, https or loopback" },
  "jwks-file": { default: NONE, help: "the same as a file" },
  issuer: { default: NONE, help: "iss of Bearer tokens, exactly" },
  audience: { default: NONE, help: "aud of Bearer tokens, exactly" },
  "body-limit": { default: "256kb", help: "largest body: bytes, or with kb or mb" },
  "max-in-flight": { default: "256", help: "requests worked on at a time; more are 503" },
  "cors-origin": { default: NONE, help: "the one origin whose pages may read answers" },
  "control-port": {
    default: "4011",
    help: "port of the stub's control page; with --port 0 any free one; none: no such port",
  },
  "control-host": { default: "127.0.0.1", help: "address of it; beyond loopback it needs NEXUS_SYNC_CONTROL_TOKEN" },
  "log-level": { default: "info", help: `what is logged: ${LOG_LEVELS.join(", ")}` },
  "log-user-ids": { default: "off", help: "on: users' ids in the log as they are, not hashed" },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof FLAGS;

/** Flags before environment variables before defaults; undefined where help was asked for. */
export function readSettings(args: string[], environment: NodeJS.ProcessEnv): Settings | undefined {
  const given = readFlags(args);
  if (given.help === true) return undefined;
  const said = (name: FlagName): string | undefined => {
    const flag = given[name];
    return typeof flag === "string" ? flag : environment[variableOf(name)] || undefined;
  };
  const value = (name: FlagName): string => said(name) ?? FLAGS[name].default;
  const optional = (name: FlagName): string | undefined => {
    const text = readText(name, value(name));
    return text === FLAGS[name].default ? undefined : text;
  };
  const mode = readOneOf("mode", value("mode"), ["stub", "service"] as const);
  const directory = said("directory") ?? (mode === "service" ? NONE : FLAGS.directory.default);
  const port = readPort("port", value("port"));
  const usualControlPort = mode === "service" ? NONE : port === 0 ? "0" : FLAGS["control-port"].default;
  return {
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
    controlPort: readOptionalPort("control-port", said("control-port") ?? usualControlPort),
    controlHost: said("control-host"),
    controlToken: environment.NEXUS_SYNC_CONTROL_TOKEN || undefined,
  };
}

export function helpText(): string {
  const rows = Object.entries(FLAGS).map(([name, { default: preset, help }]) =>
    [`  --${name}`.padEnd(18), variableOf(name).padEnd(26), preset.padEnd(12), help].join(" "),
  );
  const head = ["npm start -- [options]", "", "  flag             variable                   default      meaning"];
  const secrets = [
    "Secrets are no flags: NEXUS_SYNC_LOG_KEY keys the hashes of users' ids in the log (default: a new key each start);",
    "NEXUS_SYNC_DATABASE_PASSWORD is PostgreSQL's password, which may also stand in NEXUS_SYNC_DATABASE;",
    "NEXUS_SYNC_CONTROL_TOKEN is asked for at the control port (default: nothing is, and it is on loopback).",
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
    throw new SettingRefused(`${sentence?.replace(/\.$/, "")}. --help lists the options.`);
  }
}

function readText(name: FlagName, text: string): string {
  if (text !== "") return text;
  throw new SettingRefused(`--${name} takes a ${FLAGS[name].help}, not nothing.`);
}
