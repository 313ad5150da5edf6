import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { MAIN } from "../../scripts/shared/server-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const execute = promisify(execFile);

/** Runs a command with the stub's command in the environment. */
async function run([command = "", ...args]: readonly string[], cwd: string) {
  const env = { ...process.env, NEXUS_SYNC: `${process.execPath} ${MAIN}` };
  return execute(command, args, { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
  );
}

const UNRESOLVED = /could not be resolved|Could not (transfer|find) artifact/;

test.for([
  ["pytest", ["python3", "-m", "pytest", "--version"], ["python3", "-m", "pytest", "-q"], /^3 passed/m],
  ["junit", ["mvn", "--version"], ["mvn", "-B", "test"], /Tests run: 2, Failures: 0, Errors: 0/],
  ["go", ["go", "version"], ["go", "test", "-count=1", "./..."], /^ok\s/m],
] as const)("the example with %s passes", { timeout: 300_000 }, async ([name, probe, command, passed], { skip }) => {
  const folder = join(temporaryFolder(), name);
  cpSync(fileURLToPath(new URL(`${name}/`, import.meta.url)), folder, { recursive: true });
  if ((await run(probe, ".")).code !== 0) return skip(`${probe[0]} is not installed here`);
  const first = await run(command, folder);
  // Without the network, Maven needs the option, and with it a local copy of everything.
  const { code, output } = UNRESOLVED.test(first.output) ? await run([...command, "--offline"], folder) : first;
  if (UNRESOLVED.test(output)) return skip("Maven can't load its plugins here");
  expect(output).toMatch(passed);
  expect(code).toBe(0);
});
