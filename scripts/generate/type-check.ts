import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

/** The compiler's complaints about the project in `root`, one each, by file and line; empty if everything fits. */
export async function typeErrors(root: string): Promise<string[]> {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const child = spawn(process.execPath, [tsc, "--noEmit", "--pretty", "false", "--project", root], { cwd: root });
  const output = await text(child.stdout);
  // Lines that begin with a space explain the one above.
  return output.split("\n").filter((line) => /^\S+\(\d+,\d+\): error /.test(line));
}
