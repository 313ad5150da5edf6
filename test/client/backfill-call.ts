import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type CommandIo, run } from "../../client/backfill/command.ts";
import type { Environment } from "../../client/backfill/options.ts";
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

export interface CommandProcess {
  child: ChildProcess;
  ended: Promise<{ code: number | null; output: string }>;
}

/** Starts the command as a process, which is killed at the end of the test. */
export function startBackfill(args: string[], env: Environment): CommandProcess {
  const child = spawn(process.execPath, [COMMAND, "backfill", ...args], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, ended: once(child, "close").then(([code]) => ({ code, output })) };
}

/** The checkpoint's count of finished items; 0 without a checkpoint. */
export function nextIn(checkpoint: string): number {
  return existsSync(checkpoint) ? JSON.parse(readFileSync(checkpoint, "utf8")).next : 0;
}
