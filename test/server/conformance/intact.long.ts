import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { startServer } from "../../../server/start.ts";
import { DEMO_DIRECTORY } from "../../../server/stub/demo.ts";
import { ACCESS, API_KEYS } from "../../helpers/access.ts";
import { temporaryDatabase, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { conformance, startChecked, variablesOf, writeDocument } from "./conformance-run.ts";

const TIMEOUT = { timeout: 120_000 };

test.for([1, 20, 300])("the stub keeps the contract, with the seed %i", TIMEOUT, async (seed) => {
  const stub = await startChecked();
  const { code, output, failed } = await conformance(["--url", stub.url, "--seed", String(seed)], variablesOf(stub));
  expect(failed, output).toEqual([]);
  expect(code).toBe(0);
  expect(output).toMatch(/\nConformant: \d+ clauses pass, 0 fail, \d+ are not applicable\.\n$/);
});

test("a service with a SQLite file keeps the contract", TIMEOUT, async () => {
  const access = { credentials: ACCESS.credentials };
  const clock = () => new Date("2026-11-23T12:00:00Z");
  const service = await startServer({ database: temporaryDatabase(), directory: DEMO_DIRECTORY, access, clock });
  try {
    const variables = { NEXUS_SYNC_AUTH_BASIC: `key-main:${API_KEYS["key-main"].secret}` };
    const { code, output } = await conformance(["--url", service.url, "--seed", "5"], variables);
    expect(code, output).toBe(0);
    expect(output).toContain(
      "n/a   security: Bearer and ApplicationToken accepted (its environment variables are not set)",
    );
  } finally {
    await service.close();
  }
});

const FIXTURES = ["library", "orders", "parcels", "devices"].flatMap((name) => [1, 20].map((seed) => ({ name, seed })));

test.for(FIXTURES)("the stub keeps the contract $name.yaml, with the seed $seed", TIMEOUT, async ({ name, seed }) => {
  const document = parse(readFileSync(`test/fixtures/${name}.yaml`, "utf8"), { merge: true });
  const stub = await startChecked({}, document);
  const args = ["--url", stub.url, "--contract", writeDocument(document), "--seed", String(seed), "--runs", "50"];
  const { code, output } = await conformance(args, variablesOf(stub));
  expect(code, output).toBe(0);
});

test("a read-only run sends no valid request to an operation that writes", TIMEOUT, async () => {
  const stub = await startChecked();
  const { code, output } = await conformance(["--url", stub.url, "--read-only", "--seed", "3"], variablesOf(stub));
  expect(code, output).toBe(0);
  expect(output).toMatch(/pass {2}body \/audience: minLength/);
  const { requests } = stub.journal.list();
  expect(requests.length).toBeGreaterThan(100);
  expect(requests.filter(({ status = 0 }) => status < 400)).toEqual([]);
});

test("an unknown user fails the clause of valid requests and names the option, and nothing else", TIMEOUT, async () => {
  const stub = await startChecked();
  const args = ["--url", stub.url, "--parameter", "userId=nobody", "--runs", "10"];
  const { code, output, failed } = await conformance(args, variablesOf(stub));
  expect(code).toBe(1);
  expect(failed.filter((name) => !/ valid request in \S+: succeeds$/.test(name))).toEqual([]);
  expect(output).toContain("but it is a 404. Name existing resources with --parameter NAME=VALUE");
});

test("credentials that the server does not accept fail their clause only", TIMEOUT, async () => {
  const stub = await startChecked();
  const variables = { NEXUS_SYNC_AUTH_BASIC: "demo-key:planted-secret" };
  const { output, failed } = await conformance(["--url", stub.url], variables);
  expect(failed).toEqual(["SyncUserIdentity security: Basic accepted"]);
  expect(output).toContain("must be accepted, but it is a 401 (check NEXUS_SYNC_AUTH_BASIC)");
  expect(output).not.toContain("planted");
});

test("a failure is shown as the smallest request, a line of curl that can be run", TIMEOUT, async () => {
  const stub = await startChecked();
  stub.faults.replace([{ match: { audience: "null" }, fault: { kind: "status", status: 500 } }]);
  const { output } = await conformance(["--url", stub.url, "--seed", "1"], variablesOf(stub));
  const [, curl = ""] = /FAIL {2}random valid requests in application\/json\n.*\n +(curl .*)\n/.exec(output) ?? [];
  expect(curl).toContain(`-H "Authorization: Bearer $NEXUS_SYNC_AUTH_BEARER"`);
  expect(JSON.parse(/--data-binary '(.*)'$/.exec(curl)?.[1] ?? "")).toEqual({
    ...{ audience: "null", attributes: [], connection: { connectionId: expect.any(String) } },
  });
});

test.for<[string, string[], RegExp]>([
  ["no server", ["--url", "http://127.0.0.1:1"], /^http:\/\/127\.0\.0\.1:1\/ can't be reached: ECONNREFUSED\. /],
  ["no URL", [], /^--url is required/],
  ["credentials in the URL", ["--url", "http://planted:planted@127.0.0.1"], /^--url must not contain credentials/],
  ["another option", ["--urls", "x"], /^Unknown option '--urls'\. Did you mean '--url'\? --help lists the options\./],
  ["no runs", ["--url", "http://127.0.0.1:1", "--runs", "0"], /^--runs takes a whole number from 1 to 100000, not '0'/],
  [
    "a YAML file",
    ["--url", "http://x", "--contract", "openapi.yaml"],
    /it is not JSON\. Bundle it as JSON: npm run generate/,
  ],
  [
    "another parameter",
    ["--url", "http://x", "--parameter", "user=1"],
    /^--parameter user: the contract has userId\.$/m,
  ],
])("a run with %s ends with 2 and one reason", async ([, args, reason]) => {
  const { code, output } = await conformance(args, { NEXUS_SYNC_AUTH_BASIC: "key-main:planted-secret" });
  expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(reason) });
  expect(output).not.toContain("planted");
});

test("a run without credentials names the variables of each alternative", async () => {
  const { code, output } = await conformance(["--url", "http://127.0.0.1:1"], { NEXUS_SYNC_AUTH_BASIC: "" });
  expect(code).toBe(2);
  expect(output).toContain(
    "NEXUS_SYNC_AUTH_BEARER (the Bearer token, without 'Bearer ') and NEXUS_SYNC_AUTH_APPLICATION_TOKEN",
  );
  expect(output).toContain("\n  NEXUS_SYNC_AUTH_BASIC (ID:SECRET)\n");
});

test("the time limit ends a run with 1", TIMEOUT, async () => {
  const stub = await startChecked();
  stub.faults.replace([{ fault: { kind: "latency", ms: 200 } }]);
  const { code, output } = await conformance(["--url", stub.url, "--time-limit", "2"], variablesOf(stub));
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("(the time limit was reached)") });
  expect(output).toContain("Not checked to the end (--time-limit)");
});

test("a report that can't be written ends the run with 2 before a request is sent", async () => {
  const stub = await startChecked();
  const missing = join(temporaryFolder(), "none", "junit.xml");
  const { code, output } = await conformance(["--url", stub.url, "--junit", missing], variablesOf(stub));
  expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(/^--junit .* can't be written: ENOENT/) });
  expect(stub.journal.list().requests).toEqual([]);
});
