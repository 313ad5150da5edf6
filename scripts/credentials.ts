import { ConfigurationError } from "../server/configuration-error.ts";
import { add } from "./credentials/add.ts";
import { readArguments } from "./credentials/arguments.ts";
import { list } from "./credentials/list.ts";
import { revoke } from "./credentials/revoke.ts";

/**
 * Edits a server's credentials file: `add api-key NAME`, `add application-token NAME`, `list`, `revoke ID`.
 * Secrets are generated, printed once, and stored as their SHA-256 only.
 * Exit codes: 0 done, 2 the arguments or the file can't be used, 3 an internal error.
 */
export async function run(args: string[], print: (line: string) => void): Promise<number> {
  const now = new Date();
  try {
    const command = readArguments(args, now);
    if (command.command === "add") await add(command, now, print);
    else if (command.command === "revoke") await revoke(command, now, print);
    else list(command, now, print);
    return 0;
  } catch (error) {
    for (const line of messageLines(error)) print(line);
    return 2;
  }
}

/** Of errors that the user can mend; others are thrown on. */
function messageLines(error: unknown): string[] {
  if (error instanceof ConfigurationError) return [error.message, ...error.problems.map((problem) => `  ${problem}`)];
  if (error instanceof Error && "syscall" in error) return [`The credentials file can't be used: ${error.message}.`];
  throw error;
}

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), console.log).catch((error: Error) => {
    console.error(`The command failed. ${error.name === "FolderLocked" ? error.message : error.stack}`);
    return 3;
  });
}
