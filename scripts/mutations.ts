import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Mutation, SECURITY_MUTATIONS } from "./mutations/security.ts";
import { STORE_MUTATIONS } from "./mutations/store.ts";
import { startProgram } from "./shared/program.ts";
import { copyProjectTo } from "./shared/project-copy.ts";
import { makeTemporaryFolder } from "./shared/temporary-folder.ts";

/** The variables that select a suite. A few rounds of a fault are enough to notice a mutation. */
const SUITES: Record<string, NodeJS.ProcessEnv> = {
  test: {},
  long: { NEXUS_SYNC_LONG: "1" },
  faults: { NEXUS_SYNC_FAULTS: "1", NEXUS_SYNC_ROUNDS: "4" },
};

interface TestResult {
  title: string;
  status: string;
  failureMessages: string[];
}

/**
 * Removes protections from a copy of the project, one at a time, and checks that the test named for each fails by its
 * assertion. Exit codes: 0 all were noticed, 1 one was not, or its entry in the list is out of date.
 */
export async function run(mutations: readonly Mutation[], print: (line: string) => void): Promise<number> {
  const folder = makeTemporaryFolder();
  const root = copyProjectTo(folder.path, "test");
  let failures = 0;
  for (const mutation of mutations) {
    if (mutation.needs !== undefined && spawnSync(mutation.needs, ["-V"]).error) {
      print(`skip    ${mutation.name}: ${mutation.needs} is missing`);
      continue;
    }
    const problem = await problemOf(root, mutation);
    if (problem !== undefined) failures += 1;
    print(problem === undefined ? `noticed ${mutation.name}` : `MISSED  ${mutation.name}: ${problem}`);
  }
  folder.remove();
  return failures === 0 ? 0 : 1;
}

/** Undefined if the test passes without the mutation and fails by its assertion with it. */
async function problemOf(root: string, { edits, test }: Mutation): Promise<string | undefined> {
  const before = await resultOf(root, test);
  if (before?.status !== "passed") return `without the mutation, "${test.title}" is ${before?.status ?? "missing"}`;
  const originals = new Map(edits.map(({ file }) => [file, readFileSync(join(root, file), "utf8")]));
  try {
    for (const { file, from, to } of edits) {
      const text = readFileSync(join(root, file), "utf8");
      const count = text.split(from).length - 1;
      if (count !== 1) return `${file} contains ${count} times, not once: ${from}`;
      writeFileSync(
        join(root, file),
        text.replace(from, () => to),
      );
    }
    return (await compilerError(root)) ?? (await missedBy(root, test));
  } finally {
    for (const [file, text] of originals) writeFileSync(join(root, file), text);
  }
}

async function compilerError(root: string): Promise<string | undefined> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["--incremental", "--tsBuildInfoFile", join(root, "tsbuildinfo"), "--pretty", "false"];
  const { code, output } = await startProgram([process.execPath, compiler, ...flags], { cwd: root }).ended;
  return code === 0 ? undefined : `the mutation does not compile: ${output.trim()}`;
}

async function missedBy(root: string, test: Mutation["test"]): Promise<string | undefined> {
  const result = await resultOf(root, test);
  if (result?.status !== "failed") return `"${test.title}" is ${result?.status ?? "missing"}`;
  const others = result.failureMessages.filter((message) => !message.startsWith("AssertionError: "));
  return others.length === 0 ? undefined : `"${test.title}" fails for another reason: ${others.join("\n")}`;
}

/** Runs one test, and returns its entry in vitest's report; undefined if no test has this title. */
async function resultOf(root: string, { file, title }: Mutation["test"]): Promise<TestResult | undefined> {
  const report = join(root, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const flags = ["--reporter=json", `--outputFile=${report}`, "-t", `${escaped}$`, file];
  const env = { ...process.env, ...SUITES[file.split(".").at(-2) ?? ""] };
  const { output } = await startProgram([process.execPath, vitest, "run", ...flags], { cwd: root, env }).ended;
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8"));
    const results: TestResult[] = testResults.flatMap(
      (entry: { assertionResults: TestResult[] }) => entry.assertionResults,
    );
    return results.find((result) => result.title === title);
  } catch (error) {
    throw new Error(`vitest wrote no report: ${output}`, { cause: error });
  }
}

if (import.meta.main) {
  const [only = ""] = process.argv.slice(2);
  const chosen = [...SECURITY_MUTATIONS, ...STORE_MUTATIONS].filter(({ name }) => name.includes(only));
  process.exitCode = await run(chosen, console.log);
}
