import { runCredentials } from "../server/credentials/command.ts";

/** `npm run credentials`, the same as the command `nexus-sync credentials`. */
export const run = runCredentials;

if (import.meta.main) process.exitCode = await run(process.argv.slice(2), console.log);
