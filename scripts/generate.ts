import { relative, resolve, sep } from "node:path";
import { inspect } from "node:util";
import { parseOptions } from "../server/command-line/parse-options.ts";
import { ConfigurationError } from "../server/configuration-error.ts";
import { gate, printChangelog } from "./breaking/breaking.ts";
import { DifferFailed } from "./breaking/differ/wire-changes.ts";
import { openAdvice } from "./generate/advice.ts";
import { CONTRACTS, type ContractFile, PUBLIC_CONTRACT } from "./generate/contracts.ts";
import { check, regenerate, renderContracts } from "./generate/regenerate.ts";
import type { WatchOptions } from "./generate/watch/watch.ts";
import { watchInWorker } from "./generate/watch/watch-worker.ts";
import type { Print } from "./shared/print.ts";

export interface GenerateOptions {
  /** The project's root folder. Default: the current folder. */
  root?: string;
  /** Omits the advice: handwritten lines that no longer compile, and breaking changes. Default false. */
  isBrief?: boolean;
  /** Prints errors of the arguments and of the comparison. Default: console.error. */
  printError?: Print;
  /** Ends `--watch`. */
  signal?: AbortSignal;
}

/**
 * `npm run generate`: regenerates `generated/` from the contracts. `--check` only compares, `--watch` regenerates after
 * each change, `--breaking` compares the public contract with an older version. `--contract` and `--out` name another
 * contract and the folder of its files.
 * Exit codes: 0 done, up to date or nothing breaks; 1 stale (`--check`) or breaking (`--breaking`); 2 the contract, an
 * approval or an argument is invalid; 3 the generator failed.
 */
export async function run(args: string[], print: Print, options: GenerateOptions = {}): Promise<number> {
  const { root = process.cwd(), isBrief = false, signal = new AbortController().signal } = options;
  const { printError = console.error } = options;
  try {
    const call = readCall(args);
    if (call.help === true) {
      print(HELP);
      return 0;
    }
    if (call.breaking) return await compareWithRevision(root, call, print);
    const other = otherContract(root, call);
    const project = { root, contracts: other ? [other] : CONTRACTS };
    if (call.check) return await check(project, print);
    // The advice is about this project's code and history.
    return await generate({ ...project, isWatch: call.watch, isBrief: isBrief || other !== undefined, signal }, print);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    printError(error.message);
    return 2;
  }
}

async function generate({ isWatch, ...options }: WatchOptions & { isWatch: boolean }, print: Print): Promise<number> {
  if (isWatch) {
    for await (const _written of watchInWorker(options, print));
    return 0;
  }
  const outcome = await regenerate(options, print);
  if (!outcome) return 2;
  if (options.isBrief) return 0;
  const advice = openAdvice(options.root, print);
  await advice.print(outcome).finally(advice.close);
  return 0;
}

const FLAGS = {
  check: { type: "boolean", default: false },
  watch: { type: "boolean", default: false },
  breaking: { type: "boolean", default: false },
  against: { type: "string" },
  changelog: { type: "boolean", default: false },
  contract: { type: "string" },
  out: { type: "string" },
} as const;

const HELP = `npm run generate -- [options]

Writes generated/ from openapi.yaml, and generated/control/ from server/stub/control/control.yaml.

  --check           writes nothing, and prints why a file is out of date
  --watch           generates again after each change of a contract
  --breaking        prints the changes of openapi.yaml that break callers
  --against REV     of --breaking: the commit of the older contract (default: HEAD)
  --changelog       of --breaking: prints all changes as Markdown
  --contract FILE   another contract, with --out
  --out FOLDER      the folder of its files
  -h, --help        prints this text

Exit codes: 0 done, up to date, or nothing breaks; 1 stale (--check) or breaking (--breaking); 2 the contract, an approval
or an argument is invalid; 3 the generator failed.`;

/** @throws ConfigurationError */
function readCall(args: string[]) {
  const { values } = parseOptions({ args, options: FLAGS });
  const { against, changelog, breaking } = values;
  const [task, other] = (["check", "watch", "breaking"] as const).filter((name) => values[name]);
  if (other) throw new ConfigurationError(`--${task} and --${other} cannot be combined.`);
  if (!breaking && (changelog || against !== undefined)) {
    throw new ConfigurationError(`--${changelog ? "changelog" : "against"} requires --breaking.`);
  }
  if ((values.contract === undefined) !== (values.out === undefined)) {
    throw new ConfigurationError("--contract and --out are required together.");
  }
  if (breaking && values.contract !== undefined) {
    throw new ConfigurationError("--breaking and --contract cannot be combined.");
  }
  return { ...values, against: against ?? "HEAD" };
}

/** The contract of `--contract`, with paths relative to `root`, so that the files are the same on every machine. */
function otherContract(root: string, { contract, out }: ReturnType<typeof readCall>): ContractFile | undefined {
  if (contract === undefined || out === undefined) return undefined;
  const [file, output] = [contract, out].map((path) => relative(root, resolve(root, path)).split(sep).join("/"));
  return { file: file || contract, output: output || "." };
}

type Comparison = Pick<ReturnType<typeof readCall>, "changelog" | "against">;

async function compareWithRevision(root: string, { changelog, against }: Comparison, print: Print): Promise<number> {
  const [current] = (await renderContracts({ root, contracts: [PUBLIC_CONTRACT] }, print)) ?? [];
  if (!current) return 2;
  const report = changelog ? printChangelog : gate;
  return report({ root, against, contract: current.contract }, print);
}

if (import.meta.main) {
  const end = new AbortController();
  process.once("SIGINT", () => end.abort());
  process.exitCode = await run(process.argv.slice(2), console.log, { signal: end.signal }).catch((error: Error) => {
    const reason = error instanceof DifferFailed ? `${error.name}: ${error.message}` : inspect(error);
    console.error(`The generator failed. ${reason}`);
    return 3;
  });
}
