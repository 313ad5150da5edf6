import { CredentialsRefused } from "./auth/credentials-file.ts";
import { JwksRefused } from "./auth/key-set.ts";
import { ContractUnusable } from "./contract/contract-error.ts";
import { DirectoryRefused } from "./directory/directory-refused.ts";
import { SettingRefused } from "./setting-values.ts";
import { StoreUnavailable, StoreUnusable } from "./store/store.ts";
import { ControlPortRefused } from "./stub/control/control-port-error.ts";

/**
 * Prints why the server can't run, and answers with the exit code: one clear line for what the person who started it can
 * mend (2); a stack only for our own failures (1).
 */
export function tellFailure(error: unknown): 1 | 2 {
  if (error instanceof DirectoryRefused || error instanceof CredentialsRefused) {
    console.error([error.message, ...error.problems.map((problem) => `  ${problem}`)].join("\n"));
  } else if (isRefusal(error)) console.error(error.message);
  else if (isListenError(error)) console.error(`${error.message}. Choose another --port or --host.`);
  else {
    console.error(error instanceof ContractUnusable ? error.message : error);
    return 1;
  }
  return 2;
}

function isRefusal(error: unknown): error is Error {
  return [SettingRefused, ControlPortRefused, JwksRefused, StoreUnusable, StoreUnavailable].some(
    (Refusal) => error instanceof Refusal,
  );
}

function isListenError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && ["listen", "getaddrinfo"].includes(String(error.syscall));
}
