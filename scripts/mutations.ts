import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseOptions } from "../server/command-line/parse-options.ts";
import { ConfigurationError } from "../server/configuration-error.ts";
import { MUTATIONS } from "./mutations/list.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { runCommand } from "./shared/command.ts";
import type { Print } from "./shared/print.ts";
import { startProgram } from "./shared/program.ts";
import { copyProjectTo } from "./shared/project-copy.ts";
import { makeTemporaryFolder } from "./shared/temporary-folder.ts";

/** The variables that select a suite. A few rounds of a fault are enough to notice a mutation. */
const SUITES: Record<string, NodeJS.ProcessEnv> = {
  test: {},
  long: { NEXUS_SYNC_LONG: "1" },
  faults: { NEXUS_SYNC_FAULTS: "1", NEXUS_SYNC_ROUNDS: "4" },
};

const HELP = `node scripts/mutations.ts [TEXT]

Removes protections from a copy of the project, one at a time, and checks that a test fails. TEXT selects those whose name
contains it.
Exit codes: 0 all were noticed, 1 one was not, 2 wrong arguments.`;

interface TestResult {
  title: string;
  status: string;
  failureMessages: string[];
}

/**
 * Removes protections from a copy of the project, one at a time, and checks that the test named for each fails by its
 * assertion. Exit codes: 0 all were noticed, 1 one was not, or its entry in the list is out of date.
 */
export async function run(mutations: readonly Mutation[], print: Print): Promise<number> {
  const folder = makeTemporaryFolder();
  const root = copyProjectTo(folder.path, "test");
  let failures = 0;
  for (const mutation of mutations) {
    if (mutation.needs !== undefined && spawnSync(mutation.needs, ["-V"]).error) {
      print(`skip    ${mutation.name}: ${mutation.needs} is missing`);
      continue;
    }
    const problem = await problemOf(root, mutation).catch((error: Error) => error.message);
    if (problem !== undefined) failures += 1;
    print(problem === undefined ? `noticed ${mutation.name}` : `MISSED  ${mutation.name}: ${problem}`);
  }
  folder.remove();
  return failures === 0 ? 0 : 1;
}

/** Undefined if the test passes without the mutation and fails by its assertion with it. */
async function problemOf(root: string, { edits, test }: Mutation): Promise<string | undefined> {
  const before = await resultsOf(root, test);
  if (!before.every(({ status }) => status === "passed")) return `"${test[1]}" fails without the mutation`;
  const originals = new Map(edits.map(([file]) => [file, readFileSync(join(root, file), "utf8")]));
  try {
    for (const [file, from, to] of edits) {
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
  const failed = (await resultsOf(root, test)).filter(({ status }) => status === "failed");
  if (failed.length === 0) return `"${test[1]}" passes`;
  const messages = failed.flatMap(({ failureMessages }) => failureMessages);
  const others = messages.filter((message) => !message.startsWith("AssertionError: "));
  return others.length === 0 ? undefined : `"${test[1]}" fails for another reason: ${others.join("\n")}`;
}

/** Runs the tests whose title begins so. @throws if there is no such test */
async function resultsOf(root: string, [file, title]: Mutation["test"]): Promise<TestResult[]> {
  const report = join(root, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const pattern = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const flags = ["--reporter=json", `--outputFile=${report}`, "-t", pattern, file];
  const env = { ...process.env, NEXUS_SYNC_LONG: "", NEXUS_SYNC_FAULTS: "", ...SUITES[file.split(".").at(-2) ?? ""] };
  const { output } = await startProgram([process.execPath, vitest, "run", ...flags], { cwd: root, env }).ended;
  if (!existsSync(report)) throw new Error(`vitest wrote no report: ${output}`);
  const { testResults }: { testResults: { assertionResults: TestResult[] }[] } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const chosen = all.filter((result) => result.title.startsWith(title));
  if (chosen.length === 0) throw new Error(`${file} has no test "${title}".`);
  return chosen;
}

if (import.meta.main) {
  const parse = () => parseOptions({ args: process.argv.slice(2), allowPositionals: true });
  const command = { help: HELP, parse, print: console.log, printError: console.error };
  process.exitCode = await runCommand(command, ({ positionals: [text = ""] }) => {
    const chosen = MUTATIONS.filter(({ name }) => name.includes(text));
    if (chosen.length === 0) throw new ConfigurationError("No mutation has a name with this text.");
    return run(chosen, console.log);
  });
}
