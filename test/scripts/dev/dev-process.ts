import { startTestProgram } from "../../helpers/program.ts";
import { copyProject } from "../generate/project-copy.ts";

/** `npm run dev` in a copy of the project, as a child process. */
export function startDev(...args: string[]) {
  const project = copyProject();
  const command = [process.execPath, "scripts/dev.ts", "--log-level", "silent", ...args];
  return { project, ...startTestProgram(command, { cwd: project.root }) };
}
