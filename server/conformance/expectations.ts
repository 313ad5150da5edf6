import type { Contract } from "../contract/contract.ts";
import type { Operation } from "../contract/operations.ts";
import type { Violation } from "../contract/violations.ts";
import { responseKey } from "../http/respond.ts";
import { type Case, type Outcome, resultText, type Sent } from "../proof/cases.ts";
import { flat } from "../proof/values.ts";
import type { Credentials } from "./credentials.ts";
import { isRouted } from "./requests.ts";
import { jsonOf } from "./responses.ts";
import type { Subject } from "./subject.ts";
import type { Received } from "./target.ts";

/** Errors that can depend on the state of the server, so a valid request can get them if they are declared. */
const STATE_ERRORS = [409, 410, 412, 423, 428];

/** The statuses of an invalid request: 400 or 422, whichever the contract declares. */
function invalidStatuses({ responses }: Operation): readonly number[] {
  const declared = [400, 422].filter((status) => Object.hasOwn(responses, status));
  return declared.length > 0 ? declared : [400, 422];
}

/** The stub's response for an operation without a handler and an example: a gap of the stub, not of a server. */
export function isWithoutExample(received: Received): boolean {
  return received.status === 501 && String(Object(jsonOf(received)).type).endsWith(":no-example");
}

/** Whether a valid request can have this status. */
export function isAccepted(operation: Operation, status: number): boolean {
  // Beside a 400, a 422 is about the state.
  const isState = STATE_ERRORS.includes(status) || (status === 422 && Object.hasOwn(operation.responses, 400));
  return status < 400 || status === 404 || (isState && responseKey(operation, status) !== undefined);
}

/** A response as the outcome of a case of the proof, in which an invalid request is a 400. */
export function outcomeOf(contract: Contract, operation: Operation, sent: Sent, received: Received): Outcome {
  const status = isWithoutExample(received) ? 200 : received.status;
  // A changed body can be too large, and a missing one can be a wrong media type.
  const isOther = status === 413 || (sent.body === undefined && [411, 415].includes(status));
  const isInvalid = isOther || invalidStatuses(operation).includes(status);
  const isListed = !isOther && listsViolations(contract, operation, status);
  return {
    status: isInvalid ? 400 : status,
    handledBy: isAccepted(operation, status) && status !== 404 ? operation.id : undefined,
    violations: isInvalid && isListed ? violationsIn(jsonOf(received)) : undefined,
    error: undefined,
    headers: {},
  };
}

/** As in `a 400 at '/audience'`. */
export function receivedText(received: Received): string {
  const violations = received.status === 400 ? violationsIn(jsonOf(received)) : undefined;
  const text = resultText({ status: received.status, handledBy: undefined, violations, error: undefined, headers: {} });
  return received.status < 400 ? `accepted with ${text}` : text;
}

/** Whether the response is declared to have `errors` with the places of all violations, as in this project's contract. */
function listsViolations({ document }: Contract, { responses }: Operation, status: number): boolean {
  return Object.values(responses[status]?.schemas ?? {}).some((schema) => {
    const errors: unknown = Object(flat(document, schema).properties).errors;
    const item = flat(document, flat(document, errors).items);
    return Object.hasOwn(Object(item.properties), "pointer");
  });
}

/** Undefined if the response has no list: it breaks the clause of its body. */
function violationsIn(body: unknown): Violation[] | undefined {
  const { errors } = Object(body);
  if (!Array.isArray(errors)) return undefined;
  return errors.filter((one) => typeof one?.pointer === "string" || (typeof one?.in === "string" && "name" in one));
}

/** A request that must be rejected. */
export interface Rejection {
  clause: string;
  sent: Sent;
  credentials?: Credentials;
  /** The statuses that are right; undefined for any 4xx. */
  statuses: readonly number[] | undefined;
  /** As in `has no credentials`. */
  because: string;
}

/** Sends a request that must be rejected. In a read-only run it is invalid too, so a 400 says nothing. */
export async function expectRejection(subject: Subject, rejection: Rejection): Promise<Received | undefined> {
  const { clause, sent, credentials, statuses, because } = rejection;
  const { operation, clauses } = subject;
  const received = await subject.send(sent, credentials);
  if (!received) return undefined;
  const { status } = received;
  if (statuses ? statuses.includes(status) : status >= 400 && status < 500) {
    clauses.pass(clause);
    return received;
  }
  if (subject.isReadOnly && invalidStatuses(operation).includes(status)) {
    clauses.declare(clause, "a read-only run can't tell: the server validates the request first");
    return received;
  }
  // A limit on wrong secrets is right too, but it is not what is wanted.
  const wanted = statuses ? `a ${statuses.filter((one) => one !== 429).join(" or ")}` : "rejected with a 4xx";
  subject.fail(clause, `${because} and must be ${wanted}, but it is ${receivedText(received)}`, sent, credentials);
  return received;
}

/** The status if the contract declares it by itself, else undefined: any 4xx. */
export function declaredOnly({ responses }: Operation, status: number): readonly number[] | undefined {
  return Object.hasOwn(responses, status) ? [status] : undefined;
}

export async function expectAccepted(subject: Subject, clause: string, sent: Sent, expected: string): Promise<void> {
  const { operation, clauses } = subject;
  const received = await subject.send(sent);
  if (!received || isWithoutExample(received)) return;
  if (isAccepted(operation, received.status)) clauses.pass(clause);
  else subject.fail(clause, `${expected}, but it is ${receivedText(received)}`, sent);
}

/** `isKnown`: whether the resource of the valid requests exists; if not, a 404 says nothing. */
export async function expectInvalid(subject: Subject, one: Case, isKnown: boolean): Promise<void> {
  const { run, operation, clauses } = subject;
  const { clause, sent, expected } = one;
  if (!isRouted(run, operation, sent)) return;
  const received = await subject.send(sent);
  if (!received || (received.status === 404 && !isKnown)) return;
  const outcome = outcomeOf(run.contract, operation, sent, received);
  if (!one.isMet(outcome)) subject.fail(clause, `${expected}, but it is ${receivedText(received)}`, sent);
  else if (outcome.status === 400) clauses.pass(clause);
  else clauses.declare(clause, "no request can break it");
}
