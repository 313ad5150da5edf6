import { ConfigurationError, errorText } from "./configuration-error.ts";
import { ContractError } from "./contract/contract.ts";
import { StoreUnavailable } from "./store/store.ts";

/**
 * Prints a startup error and returns the exit code: 2 for a configuration or database error, 1 for an invalid
 * contract or, with the stack, for any other error.
 */
export function reportFailure(error: unknown): 1 | 2 {
  if (error instanceof ConfigurationError) {
    console.error(errorText(error));
    return 2;
  }
  const isExpected = error instanceof StoreUnavailable || error instanceof ContractError;
  console.error(isExpected ? error.message : error);
  return error instanceof StoreUnavailable ? 2 : 1;
}
