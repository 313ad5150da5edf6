import { ConfigurationError } from "./configuration-error.ts";
import { ContractError } from "./contract/contract.ts";
import { StoreUnavailable } from "./store/store.ts";

/**
 * Prints why the server can't run and returns the exit code: 2 with the message and its list of problems for an error that
 * the operator can fix, 1 for a contract that can't be served, and 1 with the stack for any other error.
 */
export function reportFailure(error: unknown): 1 | 2 {
  if (error instanceof ConfigurationError) {
    console.error([error.message, ...error.problems.map((problem) => `  ${problem}`)].join("\n"));
    return 2;
  }
  const isExpected = error instanceof StoreUnavailable || error instanceof ContractError;
  console.error(isExpected ? error.message : error);
  return error instanceof StoreUnavailable ? 2 : 1;
}
