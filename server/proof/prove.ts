import type { Contract } from "../contract/contract.ts";
import type { Operation } from "../contract/operations.ts";
import { failureText } from "./cases.ts";
import { absentBodyCases, exampleCases, failuresOfCases, failuresOfResponses } from "./examples.ts";
import { type ProofOptions, type Prover, proverOf } from "./prover.ts";
import type { RequestValues } from "./requests.ts";
import { bodyTrials, caseOf, parameterTrials } from "./trials.ts";
import { validRequest } from "./valid-request.ts";

export interface Proof {
  /** Requests that the pipeline treats differently from the contract. */
  failures: string[];
  /** Operations for which no valid request could be made. */
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
  const trials = [
    ...bodyTrials(prover, operation, values).slice(0, max),
    ...parameterTrials(prover, operation, values).slice(0, max),
  ];
  const cases = trials.flatMap((trial) => caseOf(operation, trial) ?? []);
  if (isQuick) return failuresOfCases(prover, operation, cases);
  cases.push(...exampleCases(operation, values), ...absentBodyCases(operation, values));
  const failures = await failuresOfCases(prover, operation, cases);
  return [...failures, ...(await failuresOfResponses(prover, operation, values))];
}
