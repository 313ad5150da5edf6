import { expect, test } from "vitest";
import { refuseUnfit } from "../../server/modes.ts";
import { readSettings } from "../../server/settings.ts";

/** Why these flags are refused; undefined where they are not. */
function refusalOf(...args: string[]): string | undefined {
  try {
    const settings = readSettings(args, {});
    if (settings) refuseUnfit(settings);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const SERVICE = ["--mode", "service", "--credentials", "c.json", "--database", "d.db"];
const BEARER = ["--issuer", "https://login.example", "--audience", "urn:api", "--jwks-file", "keys.json"];

test.for<[what: string, args: string[], refusal: RegExp | undefined]>([
  ["the stub with nothing configured", [], undefined],
  ["a service with credentials and a database", SERVICE, undefined],
  ["a service with Bearer tokens", [...SERVICE, ...BEARER], undefined],
  ["a service with demo credentials", ["--mode", "service", "--database", "d.db"], /demo credentials.*--credentials/],
  ["a service in memory", ["--mode", "service", "--credentials", "c.json"], /database that stays.*--database/],
  ["a service with the demo directory", [...SERVICE, "--directory", "demo"], /demo directory.*--directory/],
  ["an issuer alone", [...SERVICE, "--issuer", "https://login.example"], /need all of/],
  ["two places for keys", [...SERVICE, ...BEARER, "--jwks-url", "https://login.example/jwks"], /exclude each other/],
  ["tokens without application tokens", BEARER, /application tokens.*--credentials/],
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
