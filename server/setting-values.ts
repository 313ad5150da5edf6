import { isNetwork, type TrustedProxies } from "./auth/client-address.ts";
import type { BearerOptions } from "./auth/schemes.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { FLAGS, type FlagName, type Given, LOG_LEVELS, NONE } from "./flags.ts";
import { isPostgresUrl, isSqlitePath } from "./store/open-store.ts";

export type Settings = ReturnType<typeof readValues>;

/** A setting whose value is checked: the flag or variable that gives it, and its text. */
interface Value {
  source: string;
  text: string;
}

/** The settings, by flag, variable or default. @throws ConfigurationError */
export function readValues(given: Given, environment: NodeJS.ProcessEnv) {
  const value = (name: FlagName): Value => ({
    source: given.source(name),
    text: given.text(name) ?? FLAGS[name].default,
  });
  const optional = (name: FlagName): string | undefined => {
    const text = given.text(name);
    return text === FLAGS[name].default ? undefined : text;
  };
  const mode = readOneOf(value("mode"), ["stub", "service"] as const);
  const port = readPort(value("port"));
  const controlPort = mode === "service" ? NONE : port === 0 ? "0" : FLAGS["control-port"].default;
  return {
    mode,
    port,
    host: value("host").text,
    database: readDatabase(value("database")),
    databasePool: readCount(value("database-pool")),
    /** Password of PostgreSQL. Like all secrets, from the environment only. */
    databasePassword: environment.NEXUS_SYNC_DATABASE_PASSWORD || undefined,
    directory: readFile(given, "directory") ?? (mode === "service" ? NONE : FLAGS.directory.default),
    credentials: readFile(given, "credentials"),
    bearer: readBearer(given, optional),
    bodyLimit: readBytes(value("body-limit")),
    userLimit: readBytes(value("user-limit")),
    maxInFlight: readCount(value("max-in-flight")),
    trustProxy: readProxies(value("trust-proxy")),
    corsOrigin: readOrigin(value("cors-origin")),
    logLevel: readOneOf(value("log-level"), LOG_LEVELS),
    logUserIds: readOneOf(value("log-user-ids"), ["on", "off"] as const) === "on",
    /** Key of the hashes of user ids in the log. */
    logKey: environment.NEXUS_SYNC_LOG_KEY || undefined,
    controlPort: readControlPort({ ...value("control-port"), text: given.text("control-port") ?? controlPort }),
    controlHost: given.text("control-host"),
    controlToken: environment.NEXUS_SYNC_CONTROL_TOKEN || undefined,
    ignored: given.ignored,
  };
}

/** A file; its default, which has a name of its own, is undefined. */
function readFile(given: Given, name: "directory" | "credentials" | "jwks-file"): string | undefined {
  const text = given.text(name);
  // Not repeated in the message, because a URL may contain a password.
  if (text?.includes("://")) throw new ConfigurationError(`${given.source(name)} takes a file, not a URL.`);
  return name !== "directory" && text === FLAGS[name].default ? undefined : text;
}

/** Undefined if no setting of Bearer tokens is given. */
function readBearer(given: Given, optional: (name: FlagName) => string | undefined): BearerOptions | undefined {
  const [url, file] = [optional("jwks-url"), readFile(given, "jwks-file")];
  const [issuer, audience] = [optional("issuer"), optional("audience")];
  const { source } = given;
  if (url !== undefined && file !== undefined)
    throw new ConfigurationError(`${source("jwks-url")} and ${source("jwks-file")} can't be combined.`);
  const jwks = url !== undefined ? { url } : file !== undefined ? { file } : undefined;
  if (!jwks && issuer === undefined && audience === undefined) return undefined;
  if (!jwks || issuer === undefined || audience === undefined)
    throw new ConfigurationError(
      `Bearer tokens need all of ${source("issuer")}, ${source("audience")}, and ${source("jwks-url")} or ${source("jwks-file")}, or none of them.`,
    );
  if (optional("credentials") === undefined)
    throw new ConfigurationError(
      `Bearer tokens require application tokens: set the credentials file with ${source("credentials")}.`,
    );
  return { jwks, issuer, audience };
}

function readControlPort(value: Value): number | typeof NONE {
  return value.text === NONE ? NONE : readPort(value, ", or none");
}

/** Maximum of the body limit and the user limit, because the server keeps whole bodies and users in memory. */
const MAX_BYTES = 104_857_600;

function readPort({ source, text }: Value, alternative = ""): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new ConfigurationError(`${source} takes a number from 0 to 65535${alternative}, not '${text}'.`);
}

function readBytes({ source, text }: Value): number {
  const [, digits, unit = "b"] = /^(\d{1,9})(b|kb|mb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * { b: 1, kb: 1_024, mb: 1_048_576 }[unit.toLowerCase() as "b" | "kb" | "mb"];
  if (bytes > 0 && bytes <= MAX_BYTES) return bytes;
  throw new ConfigurationError(`${source} takes a size such as 262144, 256kb or 1mb, at most 100mb, not '${text}'.`);
}

function readCount({ source, text }: Value): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ConfigurationError(`${source} takes a whole number from 1 to 999999, not '${text}'.`);
}

function readOneOf<T extends string>({ source, text }: Value, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new ConfigurationError(`${source} takes one of ${choices.join(", ")}, not '${text}'.`);
}

function readProxies({ source, text }: Value): TrustedProxies | undefined {
  if (text === NONE) return undefined;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const networks = text.split(",").map((network) => network.trim());
  if (networks.every(isNetwork)) return networks;
  throw new ConfigurationError(
    `${source} takes a number of proxies from 1 to 99, or addresses and networks such as 10.0.0.0/8,fd00::1, not '${text}'.`,
  );
}

/** An origin as browsers send it: scheme, host and port. */
function readOrigin({ source, text }: Value): string | undefined {
  if (text === NONE) return undefined;
  if (URL.canParse(text) && new URL(text).origin === text) return text;
  throw new ConfigurationError(`${source} takes an origin such as https://portal.example, without a path.`);
}

/** A file or a URL of PostgreSQL. Messages do not repeat the value, because it may contain a password. */
function readDatabase({ source, text }: Value): string {
  if (!isPostgresUrl(text) && !isSqlitePath(text))
    throw new ConfigurationError(
      `${source} takes a SQLite file, :memory:, or postgres://…, not another URL or connection string. Write the name of a file that has one of = @ : ; ? with its folder: ./NAME.`,
    );
  if (source.startsWith("--") && isPostgresUrl(text) && hasPassword(text))
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
