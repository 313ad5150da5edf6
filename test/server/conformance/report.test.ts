import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createClauses } from "../../../server/conformance/clauses.ts";
import { readWallet, variableOf } from "../../../server/conformance/credentials.ts";
import { junitXml, reportLines } from "../../../server/conformance/report.ts";
import { basesOf } from "../../../server/conformance/requests.ts";
import { curlLine } from "../../../server/conformance/target.ts";
import { validValues } from "../../../server/conformance/valid-values.ts";
import { contractOf, loadContract } from "../../../server/contract/contract.ts";
import { matching } from "../../../server/proof/matching.ts";
import type { Judge } from "../../../server/proof/prover.ts";
import { LIBRARY, PARCELS } from "../../client/library.ts";

const CONTRACT = loadContract();

function operation() {
  const [first] = CONTRACT.operations;
  return first ?? expect.fail("The contract has no operation.");
}

test("a line of curl gives a shell the same arguments, with the secret from its variable", () => {
  const wallet = readWallet(CONTRACT, { NEXUS_SYNC_AUTH_BASIC: "key:planted secret" });
  const credential = wallet.right("Basic");
  const body = `{"a":"it's $HOME \`x\` \\"y\\" \\\\ !"}`;
  const headers = { "Content-Type": "application/json", "Content-Length": "9" };
  const sent = { method: "PUT", url: "/v1/users/a/$sync?x[]=1", headers, body };
  const line = curlLine(new URL("http://127.0.0.1:4010/base/"), sent, credential ? [credential] : []);
  expect(line).not.toContain("planted");
  const script = `curl() { printf '%s\\n' "$@"; }; ${line}`;
  const environment = { ...process.env, NEXUS_SYNC_AUTH_BASIC: "key:planted secret" };
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8", env: environment }).split("\n")).toEqual([
    ...["-g", "-i", "-X", "PUT", "http://127.0.0.1:4010/base/v1/users/a/$sync?x[]=1", "-u", "key:planted secret"],
    ...["-H", "Content-Type: application/json", "--data-binary", body, ""],
  ]);
});

test.for([
  ["ApplicationToken", "NEXUS_SYNC_AUTH_APPLICATION_TOKEN"],
  ["Api-Key", "NEXUS_SYNC_AUTH_API_KEY"],
  ["basic", "NEXUS_SYNC_AUTH_BASIC"],
  ["OAuth2.login", "NEXUS_SYNC_AUTH_OAUTH2_LOGIN"],
] as const)("the variable of the scheme %s is %s", ([scheme, variable]) => expect(variableOf(scheme)).toBe(variable));

test("a secret that a server repeats is not reported", () => {
  const wallet = readWallet(CONTRACT, {
    NEXUS_SYNC_AUTH_BASIC: "key:planted-secret",
    NEXUS_SYNC_AUTH_BEARER: "planted-token",
  });
  const text = `planted-secret, ${btoa("key:planted-secret")}, Bearer planted-token`;
  expect(wallet.hide(text)).toBe("$NEXUS_SYNC_AUTH_BASIC, $NEXUS_SYNC_AUTH_BASIC, Bearer $NEXUS_SYNC_AUTH_BEARER");
});

test("the report has a line for each clause, and the JUnit report a test case with its reason", () => {
  const clauses = createClauses();
  for (const name of ["a", "b", "c", "response 403: body", "response 403: media type"]) clauses.declare(name);
  clauses.pass("a");
  clauses.fail("b", 'is <wrong> & "odd"\u0007', "curl long");
  clauses.fail("b", "is smaller", "curl");
  clauses.pass("b");
  const checked = [{ operation: operation(), clauses: clauses.list() }];
  expect(reportLines(checked)).toEqual([
    "",
    "SyncUserIdentity: PUT /v1/users/{userId}/$sync",
    "  pass  a",
    "  FAIL  b",
    "        is smaller",
    "        curl",
    "  n/a   c (no request was sent)",
    "  n/a   response 403 (no request was sent)",
  ]);
  clauses.fail("c", 'is <wrong> & "odd"\u0007');
  expect(junitXml([{ operation: operation(), clauses: clauses.list() }])).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="SyncUserIdentity" tests="4" failures="2" skipped="1">
    <testcase classname="SyncUserIdentity" name="a"/>
    <testcase classname="SyncUserIdentity" name="b"><failure message="is smaller">curl</failure></testcase>
    <testcase classname="SyncUserIdentity" name="c"><failure message="is &lt;wrong&gt; &amp; &quot;odd&quot;\ufffd"></failure></testcase>
    <testcase classname="SyncUserIdentity" name="response 403"><skipped message="no request was sent"/></testcase>
  </testsuite>
</testsuites>
`);
});

test.for([
  ["the published contract", CONTRACT],
  ["library.yaml", contractOf(LIBRARY)],
  ["parcels.yaml", contractOf(PARCELS)],
] as const)("random bodies of %s are valid and differ", ([, contract]) => {
  const isCandidate: Judge["isCandidate"] = (schema, value) => contract.requestValidator(schema)(value);
  const judge = { document: contract.document, matching, validator: contract.requestValidator, isCandidate };
  for (const one of contract.operations) {
    for (const base of basesOf({ judge }, one)) {
      const schema = one.requestBody?.schemas[base.mediaType ?? ""];
      if (!schema) continue;
      const samples = fc.sample(validValues(judge, one, base, new Set()), { numRuns: 50, seed: 1 });
      expect(samples.every(({ body }) => isCandidate(schema, body?.value))).toBe(true);
      expect(new Set(samples.map(({ body }) => JSON.stringify(body?.value))).size).toBeGreaterThan(5);
    }
  }
});

test("a parameter that no random value fits is left out", () => {
  const filter = { name: "filter", in: "query", schema: { type: "object" } };
  const get = { operationId: "list", parameters: [filter], responses: { 204: { description: "Nothing." } } };
  const contract = contractOf({ ...PARCELS, paths: { "/parcels": { get } } });
  const isCandidate: Judge["isCandidate"] = (schema, value) => contract.requestValidator(schema)(value);
  const judge = { document: contract.document, matching, validator: contract.requestValidator, isCandidate };
  const [list] = contract.operations;
  const [base] = list ? basesOf({ judge }, list) : [];
  if (!list || !base) return expect.fail("The operation has no valid request.");
  const samples = fc.sample(validValues(judge, list, base, new Set()), { numRuns: 20, seed: 1 });
  expect(samples.map(({ parameters }) => parameters.size)).toEqual(samples.map(() => 0));
});
