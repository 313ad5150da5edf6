import { expect, test } from "vitest";
import { readSettings } from "../../server/settings.ts";

/** Why these flags are refused; undefined where they are not. */
function refusalOf(...args: string[]): string | undefined {
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

test.for<[what: string, args: string[], refusal: RegExp | undefined]>([
  ["the stub with nothing configured", [], undefined],
  ["a service with credentials and a database", SERVICE, undefined],
  ["a service over PostgreSQL", [...SERVICE, "--database", "postgres://me@db.example/nexus"], undefined],
  ["a password in a flag", ["--database", "postgres://me:guess@db.example/nexus"], PASSWORD],
  ["one in a parameter", ["--database", "postgresql://db.example/nexus?password=guess"], PASSWORD],
  ["one that is not encoded", ["--database", "postgres://me:gu/ess@db.example/nexus"], PASSWORD],
  ["one in a URL without a host", ["--database", "POSTGRES://me:guess@/nexus?host=/run"], PASSWORD],
  ["another kind of URL", ["--database", "mysql://me:guess@db.example/nexus"], /^--database takes .*not another URL/],
  ["no connections", ["--database-pool", "0"], /--database-pool takes a whole number/],
  ["a service with Bearer tokens", [...SERVICE, ...BEARER], undefined],
  ["a service with demo credentials", ["--mode", "service", "--database", "d.db"], /demo credentials.*--credentials/],
  ["a service in memory", ["--mode", "service", "--credentials", "c.json"], /durable database.*--database/],
  ["a service with the demo directory", [...SERVICE, "--directory", "demo"], /demo directory.*--directory/],
  ["an issuer alone", [...SERVICE, "--issuer", "https://login.example"], /need all of/],
  ["two places for keys", [...SERVICE, ...BEARER, "--jwks-url", "https://login.example/jwks"], /exclude each other/],
  ["tokens without application tokens", BEARER, /application tokens.*--credentials/],
  ["no control port, wherever", ["--control-host", "0.0.0.0", "--control-port", "none"], undefined],
  [
    "no number for it",
    ["--control-port", "some"],
    /--control-port takes a number from 0 to 65535, or none, not 'some'/,
  ],
  ["a service with a control port", [...SERVICE, "--control-port", "4011"], /^--mode service has no control port/],
  ["a service with a host for it", [...SERVICE, "--control-host", "127.0.0.1"], /^--mode service has no control port/],
  ["an unknown mode", ["--mode", "serivce"], /--mode takes one of stub, service, not 'serivce'/],
  ["an origin with a path", ["--cors-origin", "https://portal.example/"], /--cors-origin takes an origin/],
  ["no room for requests", ["--max-in-flight", "0"], /--max-in-flight takes a whole number/],
])("%s", ([, args, refusal]) => {
  if (refusal) expect(refusalOf(...args)).toMatch(refusal);
  else expect(refusalOf(...args)).toBe(undefined);
});

test("a service loads no directory unless it is named one", () => {
  expect(readSettings(SERVICE, {})).toMatchObject({ directory: "none" });
  expect(readSettings([...SERVICE, "--directory", "d.ndjson"], {})).toMatchObject({ directory: "d.ndjson" });
});

test("the key of the log's hashes comes from the environment, and is no flag", () => {
  expect(readSettings([], { NEXUS_SYNC_LOG_KEY: "k" })).toMatchObject({ logKey: "k" });
  expect(refusalOf("--log-key", "k")).toMatch(/Unknown option '--log-key'/);
});

test("PostgreSQL's password comes from the environment, alone or in the URL, and is no flag", () => {
  const url = "postgres://me:guess@db.example:5432/nexus";
  expect(readSettings([], { NEXUS_SYNC_DATABASE: url, NEXUS_SYNC_DATABASE_PASSWORD: "p" })).toMatchObject({
    database: url,
    databasePassword: "p",
    databasePool: 10,
  });
  expect(readSettings(["--database-pool", "3"], {})).toMatchObject({ databasePool: 3, databasePassword: undefined });
  expect(refusalOf("--database-password", "p")).toMatch(/Unknown option '--database-password'/);
});

test("the control port's token comes from the environment, and is no flag", () => {
  const token = "planted-control-token";
  const settings = readSettings(["--control-host", "0.0.0.0"], { NEXUS_SYNC_CONTROL_TOKEN: token });
  expect(settings).toMatchObject({ controlToken: token, controlHost: "0.0.0.0", controlPort: 4011 });
  expect(refusalOf("--control-token", token)).toMatch(/Unknown option '--control-token'/);
});

test("a free port for the stub means a free one for its control port, and a service has none", () => {
  expect(readSettings(["--port", "0"], {})).toMatchObject({ controlPort: 0 });
  expect(readSettings(["--port", "0", "--control-port", "4012"], {})).toMatchObject({ controlPort: 4012 });
  expect(readSettings(SERVICE, {})).toMatchObject({ controlPort: "none" });
});

test("a user's name, a port and the address of an interface are no password", () => {
  for (const url of ["postgres://me@[::1]:5432/nexus", "postgres://db.example:5432/a@b", "postgres:///nexus?host=/run"])
    expect(readSettings(["--database", url], {})).toMatchObject({ database: url });
});
