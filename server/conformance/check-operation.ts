import type { Sent } from "../proof/cases.ts";
import { checkAccepted, checkRefused, declareSecurity } from "./authentication.ts";
import { expectAccepted, expectInvalid, isWithoutExample, receivedText } from "./expectations.ts";
import { checkAccept, checkContentType, checkMethods, declareNegotiation } from "./negotiation.ts";
import { checkInvalid, checkRepeated, checkValid, validClause } from "./properties.ts";
import { basesOf, invalidCases, validCases } from "./requests.ts";
import { declareResponses } from "./responses.ts";
import { type Base, COMPLETE, type Subject } from "./subject.ts";
import type { Received } from "./target.ts";
import { checkTraces } from "./traces.ts";

const REPEATED = "PUT: the same request twice has the same response";
const TRACES = "rejected requests: leave no trace";

/** Checks one operation. `progress` gets the share that is done. */
export async function checkOperation(subject: Subject, progress: (share: number) => void): Promise<void> {
  const { run, operation, clauses } = subject;
  const bases = basesOf(run, operation);
  declare(subject, bases);
  const [first] = bases;
  const sent = first && sentIn(subject, first);
  const state = first && sent ? await checkRequests(subject, bases, sent, progress) : "unmade";
  if (state === "served" && first) await checkState(subject, first);
  clauses.excuse(excuseOf(subject, state));
}

/** A read-only run sends nothing valid, so the requests of all checks break a constraint too. */
function sentIn(subject: Subject, base: Base): Sent | undefined {
  return subject.isReadOnly ? invalidCases(subject, base)[0]?.sent : base.sent;
}

async function checkRequests(
  subject: Subject,
  bases: readonly Base[],
  sent: Sent,
  progress: (share: number) => void,
): Promise<State> {
  const state = subject.isReadOnly ? "unknown" : await checkBases(subject, bases);
  await checkRefused(subject, sent);
  await checkMethods(subject, sent);
  if (state === "refused") return state;
  await checkContentType(subject, sent);
  if (state !== "unserved") await checkAccept(subject, sent);
  for (const [index, base] of bases.entries()) {
    await checkBase(subject, base, state, (part) => progress((index + part) / bases.length));
  }
  return state;
}

/** Why the rest was not judged; undefined if each clause has its own reason. */
function excuseOf({ run, isReadOnly, hasEnded }: Subject, state: State): string | undefined {
  if (run.isOver()) return "the time limit was reached";
  if (hasEnded()) return "given up after requests without a response";
  if (state === "refused") return "the credentials were not accepted";
  if (state === "unmade")
    return "no request could be made: add examples of the parameters and the body to the contract";
  if (state === "unserved") return "the stub has no example of the success to respond with (501)";
  return isReadOnly ? "a read-only run sends no valid request to this operation" : undefined;
}

function declare(subject: Subject, bases: readonly Base[]): void {
  const { operation, clauses } = subject;
  const { method, isIdempotent } = operation;
  clauses.declare(COMPLETE, "no request was sent");
  for (const { mediaType } of bases) clauses.declare(validBaseClause(mediaType), "no request was sent");
  for (const { values } of bases)
    for (const { clause } of validCases(operation, values)) clauses.declare(clause, "no request was sent");
  for (const { mediaType } of bases) clauses.declare(validClause(mediaType), "no request was sent");
  // Declares the constraints.
  for (const base of bases) invalidCases(subject, base);
  declareSecurity(subject);
  declareNegotiation(subject);
  if (method === "PUT" && isIdempotent) clauses.declare(REPEATED, "no success was received");
  if (operation.method !== "GET") clauses.declare(TRACES, "no response shows the state");
  declareResponses(operation, clauses);
}

function validBaseClause(mediaType: string | undefined): string {
  return mediaType === undefined ? "valid request: succeeds" : `valid request in ${mediaType}: succeeds`;
}

/** Of the server: whether it serves valid requests, knows their resource, and accepts the credentials. */
const STATES = ["served", "refused", "unserved", "missing", "unknown", "unmade"] as const;
type State = (typeof STATES)[number];

async function checkBases(subject: Subject, bases: readonly Base[]): Promise<State> {
  const states: State[] = [];
  for (const base of bases) {
    const received = await subject.send(base.sent);
    const state = received ? stateOf(subject, received) : "unknown";
    states.push(state);
    if (state === "refused") await checkAccepted(subject, base.sent);
    else if (received && state !== "unserved") judgeBase(subject, base, received);
  }
  return STATES.find((state) => states.includes(state)) ?? "unknown";
}

function stateOf({ credentials }: Subject, received: Received): State {
  const { status } = received;
  if (status < 400) return "served";
  if (isWithoutExample(received)) return "unserved";
  if ([401, 403].includes(status) && credentials.length > 0) return "refused";
  return status === 404 ? "missing" : "unknown";
}

function judgeBase({ operation, clauses, fail }: Subject, { mediaType, sent }: Base, received: Received): void {
  const clause = validBaseClause(mediaType);
  const hint = received.status === 404 ? ". Name existing resources with --parameter NAME=VALUE" : "";
  const reason = `is valid and must succeed, but it is ${receivedText(operation, received)}${hint}`;
  if (received.status < 400) clauses.pass(clause);
  else fail(clause, reason, sent);
}

async function checkBase(subject: Subject, base: Base, state: State, share: (part: number) => void): Promise<void> {
  const { run, operation } = subject;
  const isKnown = state !== "missing";
  let done = 0;
  const progress = () => share(Math.min(1, ++done / (2 * run.runs)));
  for (const one of invalidCases(subject, base)) await expectInvalid(subject, one, isKnown);
  if (state !== "unserved" && !subject.isReadOnly) {
    for (const { clause, sent, expected } of validCases(operation, base.values))
      await expectAccepted(subject, clause, sent, expected);
    await checkValid(subject, base, progress);
  }
  await checkInvalid(subject, base, { isKnown, progress });
}

/** What valid and rejected requests do to the state. */
async function checkState(subject: Subject, base: Base): Promise<void> {
  const { operation } = subject;
  await checkAccepted(subject, base.sent);
  if (operation.method === "PUT") await checkRepeated(subject, base, REPEATED);
  if (operation.method !== "GET") await checkTraces(subject, TRACES, base);
}
