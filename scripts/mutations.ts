import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutation } from "./mutations/mutation.ts";
import { STORE_MUTATIONS } from "./mutations/store.ts";
import { WAY_IN_MUTATIONS } from "./mutations/way-in.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MUTATIONS = [...WAY_IN_MUTATIONS, ...STORE_MUTATIONS];
/** As many rounds of a fault as it takes to notice what is wrong each time. */
const FEW_ROUNDS = "4";
const PARTS = [
  "openapi.yaml",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
  "generated",
  "scripts",
  "server",
  "client",
  "test",
];

/**
 * Takes protections away, one at a time, in a copy of the project, and shows that the tests named for it turn red: the
 * checks can fail. Exit codes: 0 each was noticed, 1 one was not, or its place in the code is gone.
 */
export async function run(print: (line: string) => void): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), "nexus-sync-mutations-"));
  try {
    for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"), "dir");
    const mutations = MUTATIONS.filter(({ needs }) => needs === undefined || isThere(needs));
    const tests = [...new Set(mutations.flatMap((mutation) => mutation.tests))];
    if (!(await passes(root, tests))) {
      print("MISSED the tests are red without any mutation");
      return 1;
    }
    for (const { name, needs } of MUTATIONS.filter((mutation) => !mutations.includes(mutation))) {
      print(`skip   ${name}: there is no ${needs} here`);
    }
    let missed = 0;
    for (const mutation of mutations) {
      const isNoticed = await notices(root, mutation);
      if (!isNoticed) missed += 1;
      print(`${isNoticed ? "red   " : "MISSED"} ${mutation.name}`);
    }
    return missed === 0 ? 0 : 1;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function notices(root: string, { edits, tests }: Mutation): Promise<boolean> {
  const before = new Map(edits.map(({ file }) => [file, readFileSync(join(root, file), "utf8")]));
  for (const { file, from, to } of edits) {
    const text = readFileSync(join(root, file), "utf8");
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold '${from}' exactly once.`);
    writeFileSync(
      join(root, file),
      text.replace(from, () => to),
    );
  }
  try {
    return !(await passes(root, tests));
  } finally {
    for (const [file, text] of before) writeFileSync(join(root, file), text);
  }
}

async function passes(root: string, tests: readonly string[]): Promise<boolean> {
  const faults = tests.filter((file) => file.endsWith(".faults.ts"));
  const usual = tests.filter((file) => !faults.includes(file));
  if (usual.length > 0 && !(await runVitest(root, usual, {}))) return false;
  const environment = { NEXUS_SYNC_FAULTS: "1", NEXUS_SYNC_ROUNDS: FEW_ROUNDS };
  return faults.length === 0 || (await runVitest(root, faults, environment));
}

async function runVitest(root: string, tests: readonly string[], environment: object): Promise<boolean> {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [vitest, "run", "--bail=1", ...tests], { cwd: root, env, stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code === 0;
}

function isThere(program: string): boolean {
  return spawnSync(program, ["-V"], { stdio: "ignore" }).error === undefined;
}

if (import.meta.main) process.exitCode = await run(console.log);
