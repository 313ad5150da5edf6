import { parseArgs } from "node:util";

export interface Settings {
  port: number;
  host: string;
  database: string;
  directory: string;
  bodyLimit: number;
  logLevel: string;
}

/** A flag or variable that can't be used; the message says which and why. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
}

interface Flag {
  default: string;
  help: string;
}

/** A body is held in memory as a whole. */
const MOST_BYTES = 104_857_600;

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const FLAGS = {
  port: { default: "4010", help: "port to listen on, 0 for any free one" },
  host: { default: "127.0.0.1", help: "address to listen on" },
  database: { default: ":memory:", help: "SQLite file, or :memory:" },
  directory: { default: "demo", help: "JSON or NDJSON file to load at start; demo, or none" },
  "body-limit": { default: "256kb", help: "largest body: bytes, or with kb or mb" },
  "log-level": { default: "info", help: `what is logged: ${LOG_LEVELS.join(", ")}` },
} as const satisfies Record<string, Flag>;

/** Flags before environment variables before defaults; undefined where help was asked for. */
export function readSettings(args: string[], environment: NodeJS.ProcessEnv): Settings | undefined {
  const given = readFlags(args);
  if (given.help === true) return undefined;
  const value = (name: keyof typeof FLAGS): string => {
    const flag = given[name];
    return typeof flag === "string" ? flag : environment[variableOf(name)] || FLAGS[name].default;
  };
  return {
    port: readPort(value("port")),
    host: value("host"),
    database: readText("database", value("database")),
    directory: readText("directory", value("directory")),
    bodyLimit: readBytes(value("body-limit")),
    logLevel: readLogLevel(value("log-level")),
  };
}

export function helpText(): string {
  const rows = Object.entries(FLAGS).map(([name, { default: preset, help }]) =>
    [`  --${name}`.padEnd(16), variableOf(name).padEnd(24), preset.padEnd(12), help].join(" "),
  );
  return ["npm start -- [options]", "", "  flag           variable                 default      meaning", ...rows].join(
    "\n",
  );
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

function readText(name: keyof typeof FLAGS, text: string): string {
  if (text !== "") return text;
  throw new SettingRefused(`--${name} takes a ${FLAGS[name].help}, not nothing.`);
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new SettingRefused(`--port takes a number from 0 to 65535, not '${text}'.`);
}

function readBytes(text: string): number {
  const [, digits, unit = "b"] = /^(\d{1,9})(b|kb|mb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * { b: 1, kb: 1_024, mb: 1_048_576 }[unit.toLowerCase() as "b" | "kb" | "mb"];
  if (bytes > 0 && bytes <= MOST_BYTES) return bytes;
  throw new SettingRefused(`--body-limit takes a size such as 262144, 256kb or 1mb, at most 100mb, not '${text}'.`);
}

function readLogLevel(text: string): string {
  if (LOG_LEVELS.includes(text)) return text;
  throw new SettingRefused(`--log-level takes one of ${LOG_LEVELS.join(", ")}, not '${text}'.`);
}
