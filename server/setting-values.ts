import type { BearerOptions } from "./auth/schemes.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { FLAGS, type FlagName, type Given, LOG_LEVELS, NONE } from "./flags.ts";
import { readBytes, readCount, readOneOf, readOrigin, readPort, readProxies, type Value } from "./setting-parsers.ts";
import { isPostgresUrl, isSqlitePath } from "./store/open-store.ts";

export type Settings = ReturnType<typeof readValues>;

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
  const controlGiven = given.text("control-port");
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
    controlPort: readControlPort({ ...value("control-port"), text: controlGiven ?? controlPort }),
    /** Any free port is taken if the default one is in use. */
    isControlPortPreferred: controlGiven === undefined,
    controlHost: given.text("control-host"),
    controlToken: environment.NEXUS_SYNC_CONTROL_TOKEN || undefined,
    /** Fixes the demo credentials of a stub. */
    demoSecret: environment.NEXUS_SYNC_DEMO_SECRET || undefined,
    readyFile: readFile(given, "ready-file"),
    ignored: given.ignored,
  };
}

/** A file; its default, which has a name of its own, is undefined. */
function readFile(given: Given, name: "directory" | "credentials" | "jwks-file" | "ready-file"): string | undefined {
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
