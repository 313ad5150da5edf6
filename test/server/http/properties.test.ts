import { Agent } from "node:http";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { OPERATIONS } from "../../../generated/operations.ts";
import type { BodyViolation } from "../../../generated/types.ts";
import { ProblemDetails, ValidationProblemDetails } from "../../../generated/validators.js";
import { badInputs, expectNothingInternal, expectResult } from "../../helpers/bad-input.ts";
import { type Answer, type Call, sendOver } from "../../helpers/site.ts";
import { CONNECTION, identity } from "../../helpers/stub.ts";
import { anyBody, type Body, mutatedBody } from "./body-arbitraries.ts";
import { oddHead } from "./head-arbitraries.ts";
import { BY_DESIGN, hasUnstorableText, reasonsFor, secondOpinion } from "./second-opinion.ts";

/** The one seed; fast-check prints it, and the smallest request that fails. */
const SEED = 20_261_123;
/** Requests under way at a time, each over a kept connection. */
const LANES = 10;
/** Milliseconds: an answer that takes longer does not come; after the other limit no smaller failing request is looked for. */
const LIMITS = { timeout: 10_000, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true };
const PATIENCE = { timeout: 60_000 };
/** So many that none comes near the limit on its attributes, and few requests wait for the same one. */
const CROWD = 500;

const users = Array.from({ length: CROWD }, (_, index) => {
  return { id: `u-${index}`, identities: [identity(CONNECTION, [], 100 + index)] };
});
const { site, send } = badInputs({ users });
const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

const DECLARED = Object.keys(OPERATIONS.SyncUserIdentity.responses).map(Number);
const PROTOTYPE = Reflect.ownKeys(Object.prototype);

test(
  "2,500 bodies near to a valid one: the server takes what the validator takes, but for what differs by design",
  PATIENCE,
  async () => {
    const seen = await forAll(bodyTo(mutatedBody), 2_500, expectSecondOpinion);

    expect(seen).toEqual(["200", "400", "413", ...Object.keys(BY_DESIGN)].toSorted());
  },
);

test("1,500 bodies of any JSON, text or bytes: the server takes what the validator takes", PATIENCE, async () => {
  const seen = await forAll(bodyTo(anyBody), 1_500, expectSecondOpinion);

  expect(seen).toEqual(["400", "413"]);
});

test("1,000 good bodies with anything in front of them are answered as the contract says", PATIENCE, async () => {
  const seen = await forAll(oddHead, 1_000, async ({ status }) => [String(status)]);

  expect(seen).toEqual(["200", "400", "401", "403", "404", "406", "415", "429"]);
});

interface BodyCall extends Call {
  body: Body;
}

function bodyTo(body: fc.Arbitrary<Body>): fc.Arbitrary<BodyCall> {
  return fc.record({ path: fc.nat(CROWD - 1).map((index) => `/v1/users/u-${index}/$sync`), body });
}

/** Sends `runs` requests, LANES at a time, and gives what was seen, once each; then a good request is still good. */
async function forAll<T extends Call>(
  calls: fc.Arbitrary<T>,
  runs: number,
  expectRight: (answer: Answer, call: T) => Promise<string[]>,
): Promise<string[]> {
  const seen = new Set<string>();
  const holds = async (call: T) => {
    const answer = await answerTo(call);
    for (const one of await expectRight(answer, call)) seen.add(one);
  };
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    fc.assert(fc.asyncProperty(calls, holds), { seed: SEED + lane, numRuns: runs / LANES, ...LIMITS }),
  );
  const [failed] = (await Promise.allSettled(lanes)).filter(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  expect(await send()).toMatchObject({ status: 200 });
  return [...seen].toSorted();
}

/** Whatever was sent: an answer that the contract declares, in a body that it describes, and nothing that was planted. */
async function answerTo(call: Call): Promise<Answer> {
  const answer = await sendOver(agent, site().server, call);
  expect(Reflect.ownKeys(Object.prototype)).toEqual(PROTOTYPE);
  expect(DECLARED).toContain(answer.status);
  expect(answer.status).toBeLessThan(500);
  if (answer.status === 200) expectResult(answer);
  else expectRefusal(answer, call);
  return answer;
}

function expectRefusal({ status, headers, text }: Answer, { credentials }: Call): void {
  expect(headers["content-type"]).toEqual(["application/problem+json"]);
  const problem: unknown = JSON.parse(text);
  const validate = status === 400 ? ValidationProblemDetails : ProblemDetails;
  expect(validate(problem), JSON.stringify(validate.errors)).toBe(true);
  expect(problem).toMatchObject({ status, instance: headers["x-request-id"]?.join() });
  const told = text + JSON.stringify(headers);
  expect(told).not.toMatch(/planted/i);
  const secrets = Object.values(credentials ?? {}).flatMap(String);
  for (const secret of secrets.filter(({ length }) => length > 8)) expect(told).not.toContain(secret);
  expectNothingInternal(told);
}

async function expectSecondOpinion({ status, text }: Answer, { body }: BodyCall): Promise<string[]> {
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
  const reasons = reasonsFor(errors, opinion.body);
  expect(errors.filter((_, index) => reasons[index] === undefined)).toEqual([]);
  return reasons.filter((reason) => reason !== undefined);
}
