import { expect, test } from "vitest";
import { readSettings } from "../../server/settings/settings.ts";
import { openStore } from "../../server/store/open-store.ts";

/** The error message for these flags; undefined if they are accepted. */
function errorOf(...args: string[]): string | undefined {
  return errorIn({}, ...args);
}

/** The error message for these variables and flags. */
function errorIn(environment: NodeJS.ProcessEnv, ...args: string[]): string | undefined {
  try {
    readSettings(args, environment);
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
  [
    "a service with a control port",
    [...SERVICE, "--control-port", "4011"],
    /^A service has no control port: remove --control-(port|host)\.$/,
  ],
  [
    "a service with a control host",
    [...SERVICE, "--control-host", "127.0.0.1"],
    /^A service has no control port: remove --control-(port|host)\.$/,
  ],
  ["an unknown mode", ["--mode", "serivce"], /--mode takes one of stub, service, not 'serivce'/],
  ["an origin with a path", ["--cors-origin", "https://portal.example/"], /--cors-origin takes an origin/],
  ["a limit of 0 requests", ["--max-in-flight", "0"], /--max-in-flight takes a whole number/],
  ["the log key as a flag", ["--log-key", "k"], /Unknown option '--log-key'/],
  ["the demo secret as a flag", ["--demo-secret", "s"], /Unknown option '--demo-secret'/],
  ["the database password as a flag", ["--database-password", "p"], /Unknown option '--database-password'/],
  ["the control token as a flag", ["--control-token", "t"], /Unknown option '--control-token'/],
])("%s is rejected", ([, args, error]) => expect(errorOf(...args)).toMatch(error));

test.for([
  "0",
  "-1",
  "100",
  "10.0.0.0/33",
  "fd00::/129",
  "10.0.0/8",
  "10.0.0.0/8,",
  "true",
  "loopback",
  "10.0.0.0/8/8",
])("%s as trusted proxies is rejected", (text) =>
  expect(errorOf(`--trust-proxy=${text}`)).toMatch(/^--trust-proxy takes a number of proxies/),
);

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
  ["the demo secret comes from a variable", [], { NEXUS_SYNC_DEMO_SECRET: "s" }, { demoSecret: "s" }],
  ["the default control port is preferred", [], {}, { controlPort: 4011, isControlPortPreferred: true }],
  [
    "a control port that was asked for is required",
    [],
    { NEXUS_SYNC_CONTROL_PORT: "4011" },
    { isControlPortPreferred: false },
  ],
  ["the password comes from a variable", [], { NEXUS_SYNC_DATABASE_PASSWORD: "p" }, { databasePassword: "p" }],
  [
    "the URL in a variable may have a password",
    [],
    { NEXUS_SYNC_DATABASE: URL_WITH_PASSWORD },
    { database: URL_WITH_PASSWORD, databasePool: 10 },
  ],
  ["a number of proxies is trusted", ["--trust-proxy", "2"], {}, { trustProxy: 2 }],
  [
    "networks of proxies are trusted",
    [],
    { NEXUS_SYNC_TRUST_PROXY: "10.0.0.0/8, fd00::/8,::1" },
    { trustProxy: ["10.0.0.0/8", "fd00::/8", "::1"] },
  ],
  ["no proxy is trusted by default", [], {}, { trustProxy: undefined }],
  ["the pool has the size of its flag", ["--database-pool", "3"], {}, { databasePool: 3 }],
])("%s", ([, args, environment, settings]) => expect(readSettings(args, environment)).toMatchObject(settings));

const SERVICE_VARIABLES = {
  NEXUS_SYNC_MODE: "service",
  NEXUS_SYNC_CREDENTIALS: "c.json",
  NEXUS_SYNC_DATABASE: "d.db",
};
test.for<[name: string, environment: NodeJS.ProcessEnv, error: string]>([
  ["a port", { NEXUS_SYNC_PORT: "many" }, "NEXUS_SYNC_PORT takes a number from 0 to 65535, not 'many'."],
  ["a size", { NEXUS_SYNC_BODY_LIMIT: "lots" }, "NEXUS_SYNC_BODY_LIMIT takes a size"],
  ["a count", { NEXUS_SYNC_MAX_IN_FLIGHT: "0" }, "NEXUS_SYNC_MAX_IN_FLIGHT takes a whole number"],
  ["a choice", { NEXUS_SYNC_LOG_LEVEL: "loud" }, "NEXUS_SYNC_LOG_LEVEL takes one of"],
  ["an origin", { NEXUS_SYNC_CORS_ORIGIN: "https://x/" }, "NEXUS_SYNC_CORS_ORIGIN takes an origin"],
  ["a database", { NEXUS_SYNC_DATABASE: "host=db" }, "NEXUS_SYNC_DATABASE takes a SQLite file"],
  ["a directory", { NEXUS_SYNC_DIRECTORY: "https://x" }, "NEXUS_SYNC_DIRECTORY takes a file, not a URL."],
  ["a control port", { NEXUS_SYNC_CONTROL_PORT: "some" }, "NEXUS_SYNC_CONTROL_PORT takes a number"],
  [
    "a control port of a service",
    { ...SERVICE_VARIABLES, NEXUS_SYNC_CONTROL_PORT: "4011" },
    "A service has no control port: remove NEXUS_SYNC_CONTROL_PORT.",
  ],
  [
    "a database of a service",
    { ...SERVICE_VARIABLES, NEXUS_SYNC_DATABASE: ":memory:" },
    "A service needs a durable database: name a file or URL with NEXUS_SYNC_DATABASE.",
  ],
  [
    "a demo secret of a service",
    { ...SERVICE_VARIABLES, NEXUS_SYNC_DEMO_SECRET: "s" },
    "A service has no demo credentials: remove NEXUS_SYNC_DEMO_SECRET.",
  ],
  [
    "a demo secret beside a credentials file",
    { NEXUS_SYNC_CREDENTIALS: "c.json", NEXUS_SYNC_DEMO_SECRET: "s" },
    "NEXUS_SYNC_CREDENTIALS and NEXUS_SYNC_DEMO_SECRET can't be combined.",
  ],
  [
    "two key sets",
    { ...SERVICE_VARIABLES, NEXUS_SYNC_JWKS_URL: "https://x", NEXUS_SYNC_JWKS_FILE: "y" },
    "NEXUS_SYNC_JWKS_URL and NEXUS_SYNC_JWKS_FILE can't be combined.",
  ],
])("the message about %s in a variable names the variable", ([, environment, error]) => {
  expect(errorIn(environment)?.slice(0, error.length)).toBe(error);
});

test("a flag is blamed, not the variable that it overrides", () => {
  expect(errorIn({ NEXUS_SYNC_PORT: "tcp://10.96.0.12:4010" }, "--port", "many")).toMatch(/^--port takes/);
});

test.for(["tcp://10.96.0.12:4010", "udp://10.96.0.12:4010", "TCP://[fd00::1]:4010"])(
  "a port of %s, which Kubernetes sets for a Service, is ignored with one line",
  (address) => {
    const environment = { ...SERVICE_VARIABLES, NEXUS_SYNC_PORT: address, NEXUS_SYNC_CONTROL_PORT: address };
    const settings = readSettings([], environment);
    expect(settings).toMatchObject({ port: 4010, controlPort: "none" });
    expect(settings?.ignored.map((line) => line.split(" ")[0])).toEqual(["NEXUS_SYNC_PORT", "NEXUS_SYNC_CONTROL_PORT"]);
    expect(errorIn({ NEXUS_SYNC_PORT: `${address}/x` })).toMatch(/^NEXUS_SYNC_PORT takes a number/);
  },
);

test("a port of a flag leaves no line about its variable", () => {
  expect(readSettings(["--port", "0"], { NEXUS_SYNC_PORT: "tcp://10.96.0.12:4010" })?.ignored).toEqual([]);
});

const CONNECTION_STRINGS = [
  "host=db password=guess dbname=nexus",
  " password = 'guess' host = db",
  "Server=db;Database=nexus;User Id=me;Password=guess",
  "me:guess@db.example/nexus",
  "//me:guess@db.example/nexus",
  "postgres:/me:guess@db.example/nexus",
  "/postgres://me:guess@db.example/nexus",
  "jdbc:postgresql://db.example/nexus?user=me&password=guess",
  "sqlite:nexus.db?password=guess",
  "file:nexus.db?key=guess",
  "service=guess",
];
test.for(CONNECTION_STRINGS)("the database %j is refused without its text", async (database) => {
  for (const error of [errorOf("--database", database), errorIn({ NEXUS_SYNC_DATABASE: database })]) {
    expect(error).toMatch(/^(--database|NEXUS_SYNC_DATABASE) takes a SQLite file, :memory:, or postgres:/);
    expect(error).not.toContain("guess");
  }
  const error = await openStore({ database }).then(
    () => "opened",
    ({ message }) => message,
  );
  expect(error).toMatch(/^The database must be a SQLite file/);
  expect(error).not.toContain("guess");
});

test.for(["nexus.sqlite", "data/nexus 1.db", "/var/lib/nexus/a=b@c.db", "./a:b;c?.db", "../x=y", "C:\\data\\n.db"])(
  "the database file %s is accepted",
  (database) => expect(readSettings(["--database", database], {})).toMatchObject({ database }),
);

test.for(["--directory", "--credentials", "--jwks-file"])("a URL as %s is refused without its text", (flag) => {
  expect(errorOf(flag, "https://me:guess@db.example/x.json")).toBe(`${flag} takes a file, not a URL.`);
});

test.for(["[::1]", "::1"])("the host %s is the address ::1", (host) => {
  const settings = readSettings(["--host", host, "--control-host", host], {});
  expect(settings).toMatchObject({ host: "::1", controlHost: "::1" });
});
