import { cpSync, globSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunningStub } from "../../server/stub/start-stub.ts";
import { execute, packClient, ROOT } from "../client/packed-client.ts";
import { basicOf, signIn } from "../helpers/stub.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** For tests that start a compiler and programs, in milliseconds. */
export const SLOW = { timeout: 120_000 };

export type Environments = Awaited<ReturnType<typeof installEnvironments>>;

/**
 * A temporary copy of this folder with its packages, as far as they can be installed, and the packed client. Options are
 * for `npm ci`.
 */
export async function installEnvironments(...options: readonly string[]) {
  const packed = await packClient();
  const project = mkdtempSync(join(tmpdir(), "nexus-sync-environments-"));
  cpSync(HERE, project, { recursive: true });
  const missing = await install(project, options);
  cpSync(packed.installed, join(project, "node_modules/nexus-sync-client"), { recursive: true });
  packed.remove();
  /** The first file of a pattern below node_modules. */
  const find = (pattern: string): string | undefined => {
    const [file] = globSync(pattern, { cwd: join(project, "node_modules") });
    return file && join(project, "node_modules", file);
  };
  const programs = join(project, "programs");
  const write = (file: string, text: string) => writeFileSync(join(programs, file), text);
  /** Returns what a program prints to stdout; throws the output of one that fails. */
  const run = async ([command = "", ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const options = { cwd: programs, env: { ...process.env, ...env }, timeout: 60_000 };
    const { stdout } = await execute(command, args, options).catch(({ message, stdout: printed }) => {
      throw new Error(`${message}\n${printed}`);
    });
    return stdout;
  };
  return {
    /** A path in the folder of the programs. */
    pathOf: (file: string) => join(programs, file),
    write,
    run,
    /** What tsc prints for programs, as strict as a caller may be. */
    async compile(files: readonly string[], options: Readonly<Record<string, unknown>>): Promise<string> {
      const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
      const compilerOptions = { target: "es2022", lib: ["es2022", "dom"], ...strict, ...options };
      write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      return run([process.execPath, tsc, "--pretty", "false"]);
    },
    /** A file of an installed package. If there is none, skips the test and prints the reason. */
    need(pattern: string, skip: (note: string) => never): string {
      const file = find(pattern);
      if (file) return file;
      return explainSkip(skip, missing ?? `the package of ${pattern} is not for this platform`);
    },
    remove: () => rm(project, { recursive: true, force: true }),
  };
}

/** Skips the test and prints the reason, which the reporter shows only if it is verbose. */
export function explainSkip(skip: (note: string) => never, note: string): never {
  console.log(`Skipped: ${note}`);
  return skip(note);
}

/** Returns why the packages are missing. Runs no install scripts: programs are taken from the packages of the platform. */
async function install(project: string, given: readonly string[]): Promise<string | undefined> {
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries", "0"];
  try {
    await execute("npm", ["ci", ...options, ...given], { cwd: project, timeout: 300_000 });
    return undefined;
  } catch (error) {
    // Not the rest of the output, which has the address of the registry.
    const [code = "no code"] = /(?<=npm error code )\S+/.exec(String(Object(error).stderr)) ?? [];
    return `the packages of test/environments can't be installed (${code})`;
  }
}

/** What programs/scenario.cjs reads and returns. */
export function scenarioFor(server: RunningStub) {
  const { username, password } = basicOf(server);
  const body = signIn({ groups: ["engineers"] });
  return {
    ENVIRONMENT: JSON.stringify({ url: server.url, username, password, body }),
    EXPECTED: JSON.stringify(EXPECTED),
  };
}

export const EXPECTED = { roles: ["Engineer"], title: "No user has this id", isTyped: true, attempts: 1 };
