import { expect, test } from "vitest";
import { readSettings } from "../../server/settings.ts";

/** The error message for these flags; undefined if they are accepted. */
function errorOf(...args: string[]): string | undefined {
  try {
    readSettings(args, {});
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const SERVICE = ["--mode", "service", "--credentials", "c.json", "--database", "d.db"];
const BEARER = ["--issuer", "https://login.example", "--audience", "urn:api", "--jwks-file", "keys.json"];
const PASSWORD = /^Give the password in NEXUS_SYNC_DATABASE_PASSWORD, not in --database: secrets are never flags\.$/;

test.for([
  ["no flags", []],
  ["a service with credentials and a database", SERVICE],
  ["a service on PostgreSQL", [...SERVICE, "--database", "postgres://me@db.example/nexus"]],
  ["a service with Bearer tokens", [...SERVICE, ...BEARER]],
  ["a control host without a control port", ["--control-host", "0.0.0.0", "--control-port", "none"]],
  ["a PostgreSQL URL with an IPv6 address", ["--database", "postgres://me@[::1]:5432/nexus"]],
  ["a PostgreSQL URL with @ in its path", ["--database", "postgres://db.example:5432/a@b"]],
  ["a PostgreSQL URL of a Unix socket", ["--database", "postgres:///nexus?host=/run"]],
] as const)("%s is accepted", ([, args]) => expect(errorOf(...args)).toBe(undefined));

test.for<[name: string, args: string[], error: RegExp]>([
  ["a password in a flag", ["--database", "postgres://me:guess@db.example/nexus"], PASSWORD],
  ["a password in a parameter", ["--database", "postgresql://db.example/nexus?password=guess"], PASSWORD],
  ["a password that is not encoded", ["--database", "postgres://me:gu/ess@db.example/nexus"], PASSWORD],
  ["a password without a host", ["--database", "POSTGRES://me:guess@/nexus?host=/run"], PASSWORD],
  ["another kind of URL", ["--database", "mysql://me:guess@db.example/nexus"], /^--database takes .*not another URL/],
  ["a pool of 0 connections", ["--database-pool", "0"], /--database-pool takes a whole number/],
  ["a service with demo credentials", ["--mode", "service", "--database", "d.db"], /demo credentials.*--credentials/],
  ["a service in memory", ["--mode", "service", "--credentials", "c.json"], /durable database.*--database/],
  ["a service with the demo directory", [...SERVICE, "--directory", "demo"], /demo directory.*--directory/],
  ["an issuer without keys", [...SERVICE, "--issuer", "https://login.example"], /need all of/],
  ["two key sets", [...SERVICE, ...BEARER, "--jwks-url", "https://login.example/jwks"], /can't be combined/],
  ["Bearer tokens without application tokens", BEARER, /application tokens.*--credentials/],
  ["a control port that is not a number", ["--control-port", "some"], /takes a number .*, or none, not 'some'/],
  ["a service with a control port", [...SERVICE, "--control-port", "4011"], /^--mode service has no control port/],
  ["a service with a control host", [...SERVICE, "--control-host", "127.0.0.1"], /^--mode service has no control port/],
  ["an unknown mode", ["--mode", "serivce"], /--mode takes one of stub, service, not 'serivce'/],
  ["an origin with a path", ["--cors-origin", "https://portal.example/"], /--cors-origin takes an origin/],
  ["a limit of 0 requests", ["--max-in-flight", "0"], /--max-in-flight takes a whole number/],
  ["the log key as a flag", ["--log-key", "k"], /Unknown option '--log-key'/],
  ["the database password as a flag", ["--database-password", "p"], /Unknown option '--database-password'/],
  ["the control token as a flag", ["--control-token", "t"], /Unknown option '--control-token'/],
])("%s is rejected", ([, args, error]) => expect(errorOf(...args)).toMatch(error));

const URL_WITH_PASSWORD = "postgres://me:guess@db.example:5432/nexus";
test.for<[name: string, args: string[], environment: NodeJS.ProcessEnv, settings: object]>([
  ["a service loads no directory by default", SERVICE, {}, { directory: "none" }],
  ["a service loads the directory of its flag", [...SERVICE, "--directory", "d"], {}, { directory: "d" }],
  ["a service has no control port", SERVICE, {}, { controlPort: "none" }],
  ["a stub on any free port has its control port on any free port", ["--port", "0"], {}, { controlPort: 0 }],
  ["a control port is used as given", ["--port", "0", "--control-port", "4012"], {}, { controlPort: 4012 }],
  ["a flag overrides its variable", ["--port", "0"], { NEXUS_SYNC_PORT: "nonsense" }, { port: 0 }],
  ["a variable overrides the default", [], { NEXUS_SYNC_LOG_LEVEL: "silent" }, { logLevel: "silent" }],
  ["the log key comes from a variable", [], { NEXUS_SYNC_LOG_KEY: "k" }, { logKey: "k" }],
  [
    "the control token comes from a variable",
    [],
    { NEXUS_SYNC_CONTROL_TOKEN: "t" },
    { controlToken: "t", controlPort: 4011 },
  ],
  ["the password comes from a variable", [], { NEXUS_SYNC_DATABASE_PASSWORD: "p" }, { databasePassword: "p" }],
  [
    "the URL in a variable may have a password",
    [],
    { NEXUS_SYNC_DATABASE: URL_WITH_PASSWORD },
    { database: URL_WITH_PASSWORD, databasePool: 10 },
  ],
  ["the pool has the size of its flag", ["--database-pool", "3"], {}, { databasePool: 3 }],
])("%s", ([, args, environment, settings]) => expect(readSettings(args, environment)).toMatchObject(settings));
