import { ConfigurationError } from "./configuration-error.ts";
import { ContractError } from "./contract/contract.ts";
import { StoreUnavailable } from "./store/store.ts";

/** The text of a setting or a file can have line ends and escape sequences. */
function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

/**
 * Prints a startup error and returns the exit code: 2 for a configuration or database error, 1 for an invalid
 * contract or, with the stack, for any other error.
 */
export function reportFailure(error: unknown): 1 | 2 {
  if (error instanceof ConfigurationError) {
    console.error([error.message, ...error.problems.map((problem) => `  ${problem}`)].map(onOneLine).join("\n"));
    return 2;
  }
  const isExpected = error instanceof StoreUnavailable || error instanceof ContractError;
  console.error(isExpected ? error.message : error);
  return error instanceof StoreUnavailable ? 2 : 1;
}
