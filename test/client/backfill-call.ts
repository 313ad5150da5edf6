import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CommandIo, run } from "../../client/backfill/command.ts";
import type { Environment } from "../../client/backfill/options.ts";
import { startTestProgram } from "../helpers/program.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const COMMAND = fileURLToPath(new URL("../../client/backfill/command.ts", import.meta.url));

/** Paths in a temporary folder, which is removed at the end of the test. */
export function temporaryPaths(): (name: string) => string {
  const folder = temporaryFolder();
  return (name) => join(folder, name);
}

/** Runs the command in this process. Returns its exit code, its output, and its progress as `shown`. */
export async function backfill(args: string[], env: Environment, options: Partial<CommandIo> = {}) {
  const printed: string[] = [];
  let shown = "";
  const write = (text: string) => {
    shown += text;
  };
  const code = await run(["backfill", ...args], {
    env,
    output: { write },
    signal: new AbortController().signal,
    print: (line) => printed.push(line),
    ...options,
  });
  return { code, output: printed.join("\n"), shown };
}

/** Starts the command as a process, which is killed at the end of the test. */
export function startBackfill(args: string[], env: Environment) {
  return startTestProgram([process.execPath, COMMAND, "backfill", ...args], { env: { ...process.env, ...env } });
}

/** The checkpoint's count of finished items; 0 without a checkpoint. */
export function nextIn(checkpoint: string): number {
  return existsSync(checkpoint) ? JSON.parse(readFileSync(checkpoint, "utf8")).next : 0;
}
