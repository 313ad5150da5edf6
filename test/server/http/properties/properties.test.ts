import { Agent } from "node:http";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { OPERATIONS } from "../../../../generated/operations.ts";
import type { BodyViolation } from "../../../../generated/types.ts";
import {
  badInputs,
  expectDeclared,
  expectNothingInternal,
  expectProblemDocument,
  expectResult,
} from "../../../helpers/bad-input.ts";
import { type Call, type ServerResponse, sendOver } from "../../../helpers/server-fixture.ts";
import { CONNECTION, identity } from "../../../helpers/stub.ts";
import { type Body, mutatedBody } from "./body-arbitraries.ts";
import { requestWithGoodBody } from "./head-arbitraries.ts";
import { hasUnstorableText, rulesOf, SERVER_RULES, secondOpinion } from "./second-opinion.ts";

/** fast-check prints the seed and the smallest request that fails. */
const SEED = 20_261_123;
const PARALLEL = 10;
/** Milliseconds, for one response and for shrinking a failed request. */
const LIMITS = { timeout: 10_000, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true };
const TIMEOUT = { timeout: 60_000 };
/** Enough that no user reaches the limit on attributes, and few requests wait for the same user. */
const USERS = 500;

const users = Array.from({ length: USERS }, (_, index) => {
  return { id: `u-${index}`, identities: [identity(CONNECTION, [], 100 + index)] };
});
const { fixture, send } = badInputs({ users });
const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

const STATUSES = Object.keys(OPERATIONS.SyncUserIdentity.responses).map(Number);
const PROTOTYPE = Reflect.ownKeys(Object.prototype);

test(
  "2,500 bodies close to a valid one get the status that validator and server rules give them",
  TIMEOUT,
  async () => {
    const seen = await forAll(withBody(mutatedBody), 2_500, expectSecondOpinion);
    expect(seen).toEqual(["200", "400", "413", ...Object.keys(SERVER_RULES)].toSorted());
  },
);

test("1,000 requests with any path, credentials and headers get responses of the contract", TIMEOUT, async () => {
  const seen = await forAll(requestWithGoodBody, 1_000, async ({ status }) => [String(status)]);
  expect(seen).toEqual(["200", "400", "401", "403", "404", "406", "415", "429"]);
});

interface BodyCall extends Call {
  body: Body;
}

function withBody(body: fc.Arbitrary<Body>): fc.Arbitrary<BodyCall> {
  return fc.record({ path: fc.nat(USERS - 1).map((index) => `/v1/users/u-${index}/$sync`), body });
}

/** Sends `runs` requests, PARALLEL at a time, and returns the distinct strings that `check` returned. */
async function forAll<T extends Call>(
  calls: fc.Arbitrary<T>,
  runs: number,
  check: (response: ServerResponse, call: T) => Promise<string[]>,
): Promise<string[]> {
  const seen = new Set<string>();
  const holds = async (call: T) => {
    const response = await sendOver(agent, fixture().server, call);
    expectValid(response, call);
    for (const one of await check(response, call)) seen.add(one);
  };
  const parallel = Array.from({ length: PARALLEL }, (_, index) =>
    fc.assert(fc.asyncProperty(calls, holds), { seed: SEED + index, numRuns: runs / PARALLEL, ...LIMITS }),
  );
  const [failed] = (await Promise.allSettled(parallel)).filter(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  expect(await send()).toMatchObject({ status: 200 });
  return [...seen].toSorted();
}

/** Any response must match the contract, and an error must not contain planted text, secrets or internals. */
function expectValid(response: ServerResponse, { credentials }: Call): void {
  const { status = 0, headers, text } = response;
  expect(Reflect.ownKeys(Object.prototype)).toEqual(PROTOTYPE);
  expect(STATUSES).toContain(status);
  expect(status).toBeLessThan(500);
  if (status !== 200) {
    expectProblemDocument(status, JSON.parse(text));
    expect(JSON.parse(text)).toMatchObject({ status, instance: headers["x-request-id"]?.join() });
    const sent = text + JSON.stringify(headers);
    expect(sent).not.toMatch(/planted/i);
    const secrets = Object.values(credentials ?? {}).flatMap(String);
    for (const secret of secrets.filter(({ length }) => length > 8)) expect(sent).not.toContain(secret);
    expectNothingInternal(sent);
  } else expectResult(response);
  expectDeclared(response);
}

async function expectSecondOpinion({ status, text }: ServerResponse, { body }: BodyCall): Promise<string[]> {
  const opinion = secondOpinion(body);
  if ("status" in opinion) {
    expect(status).toBe(opinion.status);
    return [String(status)];
  }
  if (status === 200) {
    expect(hasUnstorableText(opinion.body)).toBe(false);
    return ["200"];
  }
  const { type, errors }: { type: string; errors: BodyViolation[] } = JSON.parse(text);
  expect(type).toBe("urn:nexus-sync:problem:invalid-request");
  const rules = rulesOf(errors, opinion.body);
  expect(errors.filter((_, index) => rules[index] === undefined)).toEqual([]);
  return rules.filter((rule) => rule !== undefined);
}
