import type { Sent } from "../proof/cases.ts";
import { checkAccepted, checkPermissions, checkRefused, declareSecurity } from "./authentication.ts";
import { expectInvalid, isWithoutExample, receivedText } from "./expectations.ts";
import { checkAccept, checkContentType, checkMethods, declareNegotiation } from "./negotiation.ts";
import { checkInvalid, checkRepeated, checkValid, validClause } from "./properties.ts";
import { basesOf, invalidCases, otherBases, validCases } from "./requests.ts";
import { declareResponses } from "./responses.ts";
import { type Base, COMPLETE, type Subject } from "./subject.ts";
import type { Received } from "./target.ts";
import { checkTraces } from "./traces.ts";

const REPEATED = "PUT: the same request twice has the same response";
const TRACES = "rejected requests: leave no trace";

/** How the server treats valid requests, from best to worst. */
const STATES = ["served", "untried", "unserved", "missing", "refused", "failed"] as const;
type State = (typeof STATES)[number];

/** Why the clauses of valid requests are not judged in a state. */
const EXCUSES: Partial<Record<State, string>> = {
  untried: "read-only",
  unserved: "the stub has no example of the success to respond with (501)",
  missing: "no valid request found its resource (404)",
  refused: "the credentials were not accepted",
  failed: "no valid request was accepted",
};
const UNMADE = "no request could be made: add examples of the parameters and the body to the contract";

interface Tried {
  base: Base;
  state: State;
}

/** Checks one operation. `progress` gets the share that is done. */
export async function checkOperation(subject: Subject, progress: (share: number) => void): Promise<void> {
  const bases = basesOf(subject.run, subject.operation);
  declare(subject, bases);
  const tried: Tried[] = [];
  for (const base of bases) tried.push(await tryBase(subject, base));
  const [best] = tried.toSorted((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state));
  // A read-only run sends nothing valid, so the requests of all checks break a constraint too.
  const sent = best?.state === "untried" ? invalidCases(subject, best.base)[0]?.sent : best?.base.sent;
  if (best && sent) {
    await checkGates(subject, best.state, sent);
    await checkBodies(subject, tried, progress);
    if (best.state === "served") await checkState(subject, best.base);
  }
  subject.clauses.excuse(excuseOf(subject, best));
}

/** Why the rest was not judged; undefined if each clause has its own reason. */
function excuseOf({ run, hasEnded }: Subject, best: Tried | undefined): string | undefined {
  if (run.isOver()) return "the time limit was reached";
  if (hasEnded()) return "given up after requests without a response";
  return best ? EXCUSES[best.state] : UNMADE;
}

function declare(subject: Subject, bases: readonly Base[]): void {
  const { operation, clauses } = subject;
  const { method, isIdempotent } = operation;
  clauses.declare(COMPLETE);
  for (const { mediaType } of bases) clauses.declare(validBaseClause(mediaType));
  for (const { values } of bases) for (const { clause } of validCases(operation, values)) clauses.declare(clause);
  for (const { mediaType } of bases) clauses.declare(validClause(mediaType));
  // Declares the constraints.
  for (const base of bases) invalidCases(subject, base);
  declareSecurity(subject);
  declareNegotiation(subject);
  if (method === "PUT" && isIdempotent) clauses.declare(REPEATED);
  if (operation.method !== "GET") clauses.declare(TRACES);
  declareResponses(operation, clauses);
}

function validBaseClause(mediaType: string | undefined): string {
  return mediaType === undefined ? "valid request: succeeds" : `valid request in ${mediaType}: succeeds`;
}

/** Sends a valid request, and others with the contract's examples if it is not accepted. */
async function tryBase(subject: Subject, base: Base): Promise<Tried> {
  if (subject.isReadOnly) return { base, state: "untried" };
  for (const one of [base, ...otherBases(subject.operation, base)]) {
    const state = await attempt(subject, one);
    if (state !== "failed") return { base: one, state };
  }
  return { base, state: "failed" };
}

async function attempt(subject: Subject, { mediaType, sent }: Base): Promise<State> {
  const received = await subject.send(sent);
  if (!received) return "failed";
  const state = stateOf(subject, received);
  const clause = validBaseClause(mediaType);
  if (state === "served") subject.clauses.pass(clause);
  if (state === "refused") await checkAccepted(subject, sent);
  if (state === "failed" || state === "missing") failBase(subject, clause, sent, received);
  return state;
}

function stateOf({ credentials }: Subject, received: Received): State {
  const { status } = received;
  if (status < 400) return "served";
  if (isWithoutExample(received)) return "unserved";
  if ([401, 403].includes(status) && credentials.length > 0) return "refused";
  return status === 404 ? "missing" : "failed";
}

function failBase({ fail }: Subject, clause: string, sent: Sent, received: Received): void {
  const hint = received.status === 404 ? ". Name existing resources with --parameter NAME=VALUE" : "";
  fail(clause, `is valid and must succeed, but it is ${receivedText(received)}${hint}`, sent);
}

/** Credentials, method and media types. */
async function checkGates(subject: Subject, state: State, sent: Sent): Promise<void> {
  await checkRefused(subject, sent);
  await checkPermissions(subject, sent);
  await checkMethods(subject, sent);
  if (["refused", "failed"].includes(state)) return;
  await checkContentType(subject, sent);
  if (state !== "unserved") await checkAccept(subject, sent);
}

async function checkBodies(subject: Subject, tried: readonly Tried[], progress: (share: number) => void) {
  const { run } = subject;
  for (const [index, { base, state }] of tried.entries()) {
    if (state === "refused" || state === "failed") continue;
    let done = 0;
    const step = () => progress((index + Math.min(1, ++done / (2 * run.runs))) / tried.length);
    const isKnown = state !== "missing";
    for (const one of invalidCases(subject, base)) await expectInvalid(subject, one, isKnown);
    if (state === "served" || state === "missing") await checkValid(subject, base, step);
    await checkInvalid(subject, base, { isKnown, progress: step });
  }
}

/** The effects of valid and of rejected requests on the state. */
async function checkState(subject: Subject, base: Base): Promise<void> {
  const { operation } = subject;
  await checkAccepted(subject, base.sent);
  if (operation.method === "PUT" && operation.isIdempotent) await checkRepeated(subject, base, REPEATED);
  if (operation.method !== "GET") await checkTraces(subject, TRACES, base);
}
