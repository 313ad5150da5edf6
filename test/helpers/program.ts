import type { SpawnOptions } from "node:child_process";
import { onTestFinished } from "vitest";
import { type Program, startProgram } from "../../scripts/shared/program.ts";

/** Starts a program, which is killed at the end of the test if it still runs. */
export function startTestProgram(command: readonly string[], options: SpawnOptions = {}): Program {
  const program = startProgram(command, options);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  return program;
}
