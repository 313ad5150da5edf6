import { CredentialsRefused } from "../server/auth/credentials-file.ts";
import { add } from "./credentials/add.ts";
import { CallRefused, readCall } from "./credentials/call.ts";
import { list } from "./credentials/list.ts";
import { revoke } from "./credentials/revoke.ts";
import type { Print } from "./shared/print.ts";

/**
 * Keeps the credentials file of a contract server: `add api-key NAME`, `add application-token NAME`, `list`, `revoke ID`.
 * A secret is made here, printed once, and stored only as its SHA-256.
 * Exit codes: 0 done, 2 the call or the file is wrong, 3 our own failure.
 */
export async function run(args: string[], print: Print): Promise<number> {
  const now = new Date();
  try {
    const call = readCall(args, now);
    if (call.command === "add") await add(call, now, print);
    else if (call.command === "revoke") await revoke(call, now, print);
    else await list(call, now, print);
    return 0;
  } catch (error) {
    for (const line of refusal(error)) print(line);
    return 2;
  }
}

/** Lines for what the person who called can mend; our own failures are thrown on. */
function refusal(error: unknown): string[] {
  if (error instanceof CredentialsRefused) return [error.message, ...error.problems.map((problem) => `  ${problem}`)];
  if (error instanceof CallRefused) return [error.message];
  if (error instanceof Error && "syscall" in error) return [`The credentials file can't be used: ${error.message}.`];
  throw error;
}

if (import.meta.main) {
  process.exitCode = await run(process.argv.slice(2), console.log).catch((error: Error) => {
    console.error(`The command failed. ${error.name === "FolderLocked" ? error.message : error.stack}`);
    return 3;
  });
}
