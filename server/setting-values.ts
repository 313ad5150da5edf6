import { ConfigurationError } from "./configuration-error.ts";
import { isPostgresUrl } from "./store/open-store.ts";

export interface Settings {
  mode: "stub" | "service";
  port: number;
  host: string;
  database: string;
  /** Password of PostgreSQL; a secret, so from the environment only. */
  databasePassword: string | undefined;
  /** Maximum number of connections to PostgreSQL. */
  databasePool: number;
  directory: string;
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
  /** Key of the hashes of user ids in the log; a secret, so from the environment only. */
  logKey: string | undefined;
  /** Default "none" in service mode. */
  controlPort: number | "none";
  controlHost: string | undefined;
  /** A secret, so from the environment only. */
  controlToken: string | undefined;
}

/** Maximum of --body-limit, because the server keeps the whole body in memory. */
const MAX_BYTES = 104_857_600;

export function readPort(name: string, text: string): number {
  if (isPort(text)) return Number(text);
  throw new ConfigurationError(`--${name} takes a number from 0 to 65535, not '${text}'.`);
}

export function readOptionalPort(name: string, text: string): number | "none" {
  if (text === "none") return text;
  if (isPort(text)) return Number(text);
  throw new ConfigurationError(`--${name} takes a number from 0 to 65535, or none, not '${text}'.`);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

export function readBytes(name: string, text: string): number {
  const [, digits, unit = "b"] = /^(\d{1,9})(b|kb|mb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * { b: 1, kb: 1_024, mb: 1_048_576 }[unit.toLowerCase() as "b" | "kb" | "mb"];
  if (bytes > 0 && bytes <= MAX_BYTES) return bytes;
  throw new ConfigurationError(`--${name} takes a size such as 262144, 256kb or 1mb, at most 100mb, not '${text}'.`);
}

export function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ConfigurationError(`--${name} takes a whole number from 1 to 999999, not '${text}'.`);
}

export function readOneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new ConfigurationError(`--${name} takes one of ${choices.join(", ")}, not '${text}'.`);
}

/** An origin as browsers send it: scheme, host and port. */
export function readOrigin(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new ConfigurationError(`--${name} takes an origin such as https://portal.example, not '${text}'.`);
}

/** A file or a URL of PostgreSQL. Messages do not repeat the value, because it may contain a password. */
export function readDatabase(text: string, { isFlag }: { isFlag: boolean }): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text) && !isPostgresUrl(text))
    throw new ConfigurationError("--database takes a SQLite file, :memory:, or postgres://…, not another URL.");
  if (isFlag && isPostgresUrl(text) && hasPassword(text))
    throw new ConfigurationError(
      "Give the password in NEXUS_SYNC_DATABASE_PASSWORD, not in --database: secrets are never flags.",
    );
  return text;
}

/** In a URL that an unencoded password makes invalid, any text between ":" and "@" counts as a password. */
function hasPassword(text: string): boolean {
  if (!URL.canParse(text)) return /:\/\/.*:.*@/.test(text) || /[?&]password=/.test(text);
  const { password, searchParams } = new URL(text);
  return password !== "" || searchParams.has("password");
}
