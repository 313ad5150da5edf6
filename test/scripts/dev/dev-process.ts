import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { copyProject } from "../generate/project-copy.ts";

/** `npm run dev` in a copy of the project, as a process of its own; ends with the test at the latest. */
export function startDev(...args: string[]) {
  const project = copyProject();
  const child = spawn(process.execPath, ["scripts/dev.ts", "--log-level", "silent", ...args], { cwd: project.root });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  const waiting: (() => void)[] = [];
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    for (const wake of waiting.splice(0)) wake();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = once(child, "close").then(([code]) => ({ code, output }));
  return {
    project,
    child,
    ended,
    /** Waits for something that is printed from now on, and answers with all that was until then. */
    async printed(pattern: RegExp): Promise<string> {
      while (!pattern.test(output)) {
        await Promise.race([
          new Promise<void>((resolve) => waiting.push(resolve)),
          ended.then(({ code }) => {
            throw new Error(`It ended with ${code}, without ${pattern}: ${output}`);
          }),
        ]);
      }
      const seen = output;
      output = "";
      return seen;
    },
  };
}
