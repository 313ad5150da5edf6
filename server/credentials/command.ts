import type { Print } from "../command-line/print.ts";
import { ConfigurationError, errorText } from "../configuration-error.ts";
import { type Command, helpText, readArguments } from "./arguments.ts";
import { add, list, revoke } from "./commands.ts";

interface CommandOptions {
  /** Words of the help text that the user types before the arguments. */
  invocation?: string;
  /** Default: console.error. */
  printError?: Print;
}

/**
 * Edits a server's credentials file: `add api-key NAME`, `add application-token NAME`, `list`, `revoke ID`.
 * Secrets are generated, printed once, and stored as their SHA-256 only.
 * Exit codes: 0 done, 2 the arguments or the file can't be used, 3 an internal error.
 */
export async function runCredentials(
  args: string[],
  print: Print,
  { invocation = "npm run credentials --", printError = console.error }: CommandOptions = {},
): Promise<number> {
  const now = new Date();
  try {
    const command = readArguments(args, now);
    if (command.command === "help") print(helpText(invocation));
    else await perform(command, now, print);
    return 0;
  } catch (error) {
    if (error instanceof ConfigurationError) printError(errorText(error));
    else if (error instanceof Error && "syscall" in error) {
      printError(`The credentials file can't be used: ${error.message}.`);
    } else {
      printError(`The command failed. ${(error as Error).stack}`);
      return 3;
    }
    return 2;
  }
}

async function perform(command: Exclude<Command, { command: "help" }>, now: Date, print: Print): Promise<void> {
  if (command.command === "add") await add(command, now, print);
  else if (command.command === "revoke") await revoke(command, now, print);
  else list(command.file, now, print);
}
