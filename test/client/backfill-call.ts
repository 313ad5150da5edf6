import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type CommandIo, run } from "../../client/backfill/command.ts";
import type { Environment } from "../../client/backfill/options.ts";

const COMMAND = fileURLToPath(new URL("../../client/backfill/command.ts", import.meta.url));

/** A folder that goes with the test. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "nexus-sync-backfill-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** The command in this process: its exit code, what it printed, and what was on the screen. */
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

/** The command as a process of its own; ends with the test at the latest. */
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

/** Items finished without a gap, by the checkpoint; 0 where there is none. */
export function nextIn(checkpoint: string): number {
  return existsSync(checkpoint) ? JSON.parse(readFileSync(checkpoint, "utf8")).next : 0;
}
