import type { Contract } from "../contract/contract.ts";
import type { Operation } from "../contract/operations.ts";
import { failuresOfAbsentBody, failuresOfExamples, failuresOfResponses } from "./examples.ts";
import { failureText, type ProofOptions, type Prover, proverOf } from "./prover.ts";
import { type RequestValues, requestOf } from "./requests.ts";
import { bodyTrials, parameterTrials, type Trial } from "./trials.ts";
import { validRequest } from "./valid-request.ts";

export interface Proof {
  /** Requests that the pipeline treats differently from the contract. */
  failures: string[];
  /** Operations of which no valid request could be made. */
  unproven: Operation[];
}

/** Invalid requests and examples per part of an operation. */
const MAX_TRIALS = 60;

/**
 * Sends requests of each operation through the pipeline: valid ones must reach the handler, invalid ones must be a 400
 * that names the place, and responses with the contract's examples must pass the response check.
 */
export async function prove(contract: Contract, options: ProofOptions = {}): Promise<Proof> {
  const prover = proverOf(contract, options);
  const proof: Proof = { failures: [], unproven: [] };
  const bodies = contract.operations.flatMap((operation) =>
    (operation.requestBody?.mediaTypes ?? [undefined]).map((mediaType) => ({ operation, mediaType })),
  );
  for (const { operation, mediaType } of bodies) {
    const { values, failure } = await validRequest(prover, operation, mediaType);
    if (failure) proof.failures.push(failureText(operation, failure, "is valid and must be accepted"));
    else if (!values) proof.unproven.push(operation);
    else proof.failures.push(...(await failuresOf(prover, operation, values, options.isQuick)));
  }
  return proof;
}

async function failuresOf(prover: Prover, operation: Operation, values: RequestValues, isQuick = false) {
  const max = isQuick ? 1 : MAX_TRIALS;
  const failures: string[] = [];
  const trials = [
    ...bodyTrials(prover, operation, values).slice(0, max),
    ...parameterTrials(prover, operation, values).slice(0, max),
  ];
  for (const trial of trials) failures.push(...(await failureOfTrial(prover, operation, trial)));
  if (isQuick) return failures;
  failures.push(...(await failuresOfExamples(prover, operation, values)));
  failures.push(...(await failuresOfAbsentBody(prover, operation, values)));
  failures.push(...(await failuresOfResponses(prover, operation, values)));
  return failures;
}

async function failureOfTrial({ send }: Prover, operation: Operation, trial: Trial): Promise<string[]> {
  const sent = requestOf(operation, trial.values);
  if (!sent) return [];
  const outcome = await send(sent);
  const isRejected = () => outcome.status === 400 && outcome.violations.some(trial.isPlace);
  if (isRejected()) return [];
  const isElsewhere = trial.isInPath && outcome.handledBy !== operation.id && [204, 404, 405].includes(outcome.status);
  if (isElsewhere || (outcome.handledBy !== undefined && outcome.handledBy !== operation.id)) return [];
  const isCrash = outcome.status >= 500 && outcome.handledBy === undefined;
  // The judgement also finds the places in which the violation can be reported.
  if (!isCrash && (trial.isLegal() || isRejected())) return [];
  return [failureText(operation, { sent, outcome }, `violates ${trial.violated} and must be a 400 that names it`)];
}
