import type { BearerOptions } from "../auth/schemes.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { FLAG_NAMES, FLAGS, type FlagName, type Given, LOG_LEVELS, NONE, variableOf } from "./flags.ts";
import {
  readBytes,
  readCount,
  readDatabase,
  readOneOf,
  readOrigin,
  readPort,
  readProxies,
  type Value,
} from "./parsers.ts";
import { readSecret, secretsFromFiles } from "./secrets.ts";
import { unknownVariables } from "./variables.ts";

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
    host: withoutBrackets(value("host").text),
    database: readDatabase(value("database")),
    databasePool: readCount(value("database-pool")),
    /** Password of PostgreSQL. */
    databasePassword: readSecret("NEXUS_SYNC_DATABASE_PASSWORD", environment),
    directory: readFile(given, "directory") ?? (mode === "service" ? NONE : FLAGS.directory.default),
    credentials: readFile(given, "credentials"),
    bearer: readBearer(given, optional),
    bodyLimit: readBytes(value("body-limit")),
    userLimit: readBytes(value("user-limit")),
    maxInFlight: readCount(value("max-in-flight")),
    /** Milliseconds; undefined for the default of the mode. */
    keepAliveTimeout: readSeconds(given, value("keep-alive-timeout")),
    trustProxy: readProxies(value("trust-proxy")),
    corsOrigin: readOrigin(value("cors-origin")),
    logLevel: readOneOf(value("log-level"), LOG_LEVELS),
    logUserIds: readOneOf(value("log-user-ids"), ["on", "off"] as const) === "on",
    /** Key of the hashes of user ids in the log. */
    logKey: readSecret("NEXUS_SYNC_LOG_KEY", environment),
    controlPort: readControlPort({ ...value("control-port"), text: controlGiven ?? controlPort }),
    /** Any free port is taken if the default one is in use. */
    isControlPortPreferred: controlGiven === undefined,
    controlHost: withoutBrackets(given.text("control-host")),
    controlToken: readSecret("NEXUS_SYNC_CONTROL_TOKEN", environment),
    /** Fixes the demo credentials of a stub. */
    demoSecret: readSecret("NEXUS_SYNC_DEMO_SECRET", environment),
    readyFile: readFile(given, "ready-file"),
    /** The settings that are given by variables. */
    fromVariables: FLAG_NAMES.filter(given.isVariable),
    /** The secrets that files give. */
    secretsFromFiles: secretsFromFiles(environment),
    /** One line for each variable that is not used. */
    ignored: [...given.ignored, ...unknownVariables(environment)],
  };
}

/** An error of the start that names the variable, if the unusable setting is given by one. */
export function withSource(
  error: unknown,
  { fromVariables, secretsFromFiles }: Pick<Settings, "fromVariables" | "secretsFromFiles">,
): unknown {
  if (!(error instanceof ConfigurationError)) return error;
  const { message, problems, cause } = error;
  const setting = fromVariables.find((name) => name === error.setting);
  const secret = secretsFromFiles.find((name) => name === error.setting);
  const source = setting ? variableOf(setting) : secret && `${secret}_FILE`;
  if (source === undefined) return error;
  return new ConfigurationError(`${message} The setting is from ${source}.`, { problems, cause });
}

/** `[::1]`, as in a URL, is the address `::1`. */
function withoutBrackets<T extends string | undefined>(host: T): T {
  // A string stays a string.
  return host?.replace(/^\[(.*)\]$/, "$1") as T;
}

function readSeconds({ text }: Given, value: Value): number | undefined {
  return text("keep-alive-timeout") === undefined ? undefined : 1_000 * readCount(value);
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
