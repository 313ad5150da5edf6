import type { Operation } from "../contract/operations.ts";
import type { Parameter } from "../contract/parameters.ts";
import type { Violation } from "../contract/violations.ts";
import type { Outcome, Sent } from "./cases.ts";
import type { Judge, Prover } from "./prover.ts";
import { canSend, type RequestValues, requestOf } from "./requests.ts";
import { candidatesFor } from "./values.ts";

type Part = Parameter | "body";

/** A request that the pipeline accepts; or the failure to accept a valid one; neither if no valid one could be made. */
export interface ValidRequest {
  values?: RequestValues;
  failure?: { sent: Sent; outcome: Outcome };
}

/** Enough to try each candidate of each part once. */
const MAX_ATTEMPTS = 60;

/**
 * Makes a valid request of an operation: the contract's examples, or else values made from the schemas. Parts that are
 * reported as invalid get their next candidate; optional parameters without one are left out.
 */
export async function validRequest(prover: Prover, operation: Operation, mediaType?: string): Promise<ValidRequest> {
  const candidates = candidatesOf(prover, operation, mediaType);
  const chosen = new Map<Part, unknown>();
  const advance = (part: Part) => isAdvanced(candidates, chosen, part);
  if (![...candidates.keys()].every(advance)) return {};
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const result = await attemptWith(prover, operation, valuesOf(chosen, mediaType));
    if (!("invalid" in result)) return result;
    if (!result.invalid.every(advance)) return {};
  }
  return {};
}

/** The first candidate of each part, which the judge has accepted; undefined if a required part has none. */
export function firstValues(judge: Judge, operation: Operation, mediaType?: string): RequestValues | undefined {
  const candidates = candidatesOf(judge, operation, mediaType);
  const chosen = new Map<Part, unknown>();
  const isComplete = [...candidates.keys()].every((part) => isAdvanced(candidates, chosen, part));
  return isComplete ? valuesOf(chosen, mediaType) : undefined;
}

/** The parts to change, if the request is not accepted. */
async function attemptWith(
  prover: Prover,
  operation: Operation,
  values: RequestValues,
): Promise<ValidRequest | { invalid: Part[] }> {
  const sent = requestOf(operation, values);
  if (!sent) return {};
  const outcome = await prover.send(sent);
  if (outcome.handledBy === operation.id) return { values };
  const invalid = isFailure(prover, outcome) ? [] : invalidParts(operation, outcome, values);
  return invalid.length > 0 ? { invalid } : { failure: { sent, outcome } };
}

/** Chooses the next candidate of a part, or none; false if it needs one. */
function isAdvanced(candidates: ReadonlyMap<Part, Iterator<unknown>>, chosen: Map<Part, unknown>, part: Part): boolean {
  const next = candidates.get(part)?.next();
  chosen.delete(part);
  if (next && !next.done) chosen.set(part, next.value);
  return chosen.has(part) || (part !== "body" && !part.required);
}

/** A candidate that the judge has accepted must not be rejected. */
function isFailure({ isStrict }: Prover, { status, handledBy }: Outcome): boolean {
  return handledBy === undefined && (status >= 500 || (isStrict && status === 400));
}

function candidatesOf(judge: Judge, operation: Operation, mediaType?: string): Map<Part, Iterator<unknown>> {
  const candidates = new Map<Part, Iterator<unknown>>();
  for (const parameter of operation.parameters) candidates.set(parameter, parameterCandidates(judge, parameter));
  if (mediaType !== undefined) candidates.set("body", bodyCandidates(judge, operation, mediaType));
  return candidates;
}

function* parameterCandidates(judge: Judge, parameter: Parameter): Generator<unknown> {
  yield* parameter.examples;
  for (const value of candidatesFor(judge.document, parameter.schema, judge.matching)) {
    if (canSend(parameter, value) && judge.isCandidate(parameter.schema, value)) yield value;
  }
}

function* bodyCandidates(judge: Judge, { requestBody }: Operation, mediaType: string): Generator<unknown> {
  yield* Object.values(requestBody?.examplesByType[mediaType] ?? {}).filter((value) => value !== undefined);
  const schema = requestBody?.schemas[mediaType] ?? {};
  for (const value of candidatesFor(judge.document, schema, judge.matching)) {
    if (judge.isCandidate(schema, value)) yield value;
  }
}

function valuesOf(chosen: ReadonlyMap<Part, unknown>, mediaType = ""): RequestValues {
  const parameters = new Map<Parameter, unknown>();
  for (const [part, value] of chosen) if (part !== "body") parameters.set(part, value);
  return { parameters, ...(chosen.has("body") && { body: { mediaType, value: chosen.get("body") } }) };
}

/** The parts to change. Another operation's route is a matter of the path parameters. */
function invalidParts({ parameters }: Operation, outcome: Outcome, { body }: RequestValues): Part[] {
  const { violations = [] } = outcome;
  const isReported = (parameter: Parameter) => violations.some((violation) => isAbout(violation, parameter));
  const isOther = outcome.handledBy !== undefined;
  const invalid: Part[] = parameters.filter((parameter) => (isOther ? parameter.in === "path" : isReported(parameter)));
  if (violations.some((violation) => "pointer" in violation) && body) invalid.push("body");
  return invalid;
}

export function isAbout(violation: Violation, { in: place, name }: Parameter): boolean {
  if ("pointer" in violation || violation.in !== place) return false;
  return place === "header" ? violation.name.toLowerCase() === name.toLowerCase() : violation.name === name;
}
