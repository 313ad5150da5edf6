import { parseArgs } from "node:util";
import { ConfigurationError } from "./configuration-error.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
export const NONE = "none";

export const FLAGS = {
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
  "user-limit": { default: "1mb", help: "maximum size of a stored user as JSON: bytes, or with kb or mb" },
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
} as const satisfies Record<string, { default: string; help: string }>;

export type FlagName = keyof typeof FLAGS;

export function variableOf(flag: string): string {
  return `NEXUS_SYNC_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The flags on the command line. @throws ConfigurationError */
export function readFlags(args: string[]): Record<string, unknown> {
  const strings = Object.keys(FLAGS).map((name) => [name, { type: "string" as const }]);
  try {
    return parseArgs({ args, options: { ...Object.fromEntries(strings), help: { type: "boolean" } } }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw new ConfigurationError(`${sentence?.replace(/\.$/, "")}. --help lists the options.`);
  }
}
