import type { BearerOptions } from "./auth/schemes.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { FLAGS, type FlagName, LOG_LEVELS, NONE, variableOf } from "./flags.ts";
import { isPostgresUrl } from "./store/open-store.ts";

export type Settings = ReturnType<typeof readValues>;

/** The settings, by flag, variable or default. @throws ConfigurationError */
export function readValues(flags: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv) {
  const explicit = (name: FlagName): string | undefined => {
    const flag = flags[name];
    if (flag === "") throw new ConfigurationError(`--${name} must not be empty: ${FLAGS[name].help}.`);
    return typeof flag === "string" ? flag : environment[variableOf(name)] || undefined;
  };
  const value = (name: FlagName): string => explicit(name) ?? FLAGS[name].default;
  const optional = (name: FlagName): string | undefined => {
    const text = value(name);
    return text === FLAGS[name].default ? undefined : text;
  };
  const mode = readOneOf("mode", value("mode"), ["stub", "service"] as const);
  const port = readPort("port", value("port"));
  const controlPort = mode === "service" ? NONE : port === 0 ? "0" : FLAGS["control-port"].default;
  return {
    mode,
    port,
    host: value("host"),
    database: readDatabase(value("database"), { isFlag: flags.database !== undefined }),
    databasePool: readCount("database-pool", value("database-pool")),
    /** Password of PostgreSQL. Like all secrets, from the environment only. */
    databasePassword: environment.NEXUS_SYNC_DATABASE_PASSWORD || undefined,
    directory: explicit("directory") ?? (mode === "service" ? NONE : FLAGS.directory.default),
    credentials: optional("credentials"),
    bearer: readBearer(optional),
    bodyLimit: readBytes("body-limit", value("body-limit")),
    userLimit: readBytes("user-limit", value("user-limit")),
    maxInFlight: readCount("max-in-flight", value("max-in-flight")),
    corsOrigin: readOrigin("cors-origin", optional("cors-origin")),
    logLevel: readOneOf("log-level", value("log-level"), LOG_LEVELS),
    logUserIds: readOneOf("log-user-ids", value("log-user-ids"), ["on", "off"] as const) === "on",
    /** Key of the hashes of user ids in the log. */
    logKey: environment.NEXUS_SYNC_LOG_KEY || undefined,
    controlPort: readControlPort(explicit("control-port") ?? controlPort),
    controlHost: explicit("control-host"),
    controlToken: environment.NEXUS_SYNC_CONTROL_TOKEN || undefined,
  };
}

/** Undefined if no setting of Bearer tokens is given. */
function readBearer(optional: (name: FlagName) => string | undefined): BearerOptions | undefined {
  const [url, file] = [optional("jwks-url"), optional("jwks-file")];
  const [issuer, audience] = [optional("issuer"), optional("audience")];
  if (url !== undefined && file !== undefined)
    throw new ConfigurationError("--jwks-url and --jwks-file can't be combined.");
  const jwks = url !== undefined ? { url } : file !== undefined ? { file } : undefined;
  if (!jwks && issuer === undefined && audience === undefined) return undefined;
  if (!jwks || issuer === undefined || audience === undefined)
    throw new ConfigurationError(
      "Bearer tokens need all of --issuer, --audience, and --jwks-url or --jwks-file, or none of them.",
    );
  if (optional("credentials") === undefined)
    throw new ConfigurationError(
      "Bearer tokens require application tokens: set the credentials file with --credentials.",
    );
  return { jwks, issuer, audience };
}

function readControlPort(text: string): number | typeof NONE {
  return text === NONE ? NONE : readPort("control-port", text, ", or none");
}

/** Maximum of --body-limit and --user-limit, because the server keeps whole bodies and users in memory. */
const MAX_BYTES = 104_857_600;

function readPort(name: string, text: string, alternative = ""): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new ConfigurationError(`--${name} takes a number from 0 to 65535${alternative}, not '${text}'.`);
}

function readBytes(name: string, text: string): number {
  const [, digits, unit = "b"] = /^(\d{1,9})(b|kb|mb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * { b: 1, kb: 1_024, mb: 1_048_576 }[unit.toLowerCase() as "b" | "kb" | "mb"];
  if (bytes > 0 && bytes <= MAX_BYTES) return bytes;
  throw new ConfigurationError(`--${name} takes a size such as 262144, 256kb or 1mb, at most 100mb, not '${text}'.`);
}

function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ConfigurationError(`--${name} takes a whole number from 1 to 999999, not '${text}'.`);
}

function readOneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new ConfigurationError(`--${name} takes one of ${choices.join(", ")}, not '${text}'.`);
}

/** An origin as browsers send it: scheme, host and port. */
function readOrigin(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new ConfigurationError(`--${name} takes an origin such as https://portal.example, not '${text}'.`);
}

/** A file or a URL of PostgreSQL. Messages do not repeat the value, because it may contain a password. */
function readDatabase(text: string, { isFlag }: { isFlag: boolean }): string {
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
