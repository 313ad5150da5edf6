import { DEMO_SECRET } from "../../../scripts/shared/server-process.ts";
import { startTestProgram } from "../../helpers/program.ts";
import { copyProject } from "../generate/project-copy.ts";

/** `npm run dev` in a copy of the project, as a child process. */
export function startDev(...args: string[]) {
  const project = copyProject();
  const command = [process.execPath, "scripts/dev.ts", "--log-level", "silent", ...args];
  const env = { ...process.env, NEXUS_SYNC_DEMO_SECRET: DEMO_SECRET };
  return { project, ...startTestProgram(command, { cwd: project.root, env }) };
}
