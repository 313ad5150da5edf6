import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { didYouMean, nearest } from "./nearest.ts";
import { CONTRACT, type Print, regenerate } from "./regenerate.ts";
import { onEachChange } from "./watch.ts";
import { FolderLocked } from "./write.ts";

const OPTIONS = { check: { type: "boolean" }, watch: { type: "boolean" } } as const;

export interface Surroundings {
  /** The project's folder. Default: the current one. */
  root?: string;
  /** Whether to look for handwritten lines that no longer fit what was written. Default true. */
  typeCheck?: boolean;
  /** Ends `--watch`. */
  signal?: AbortSignal;
}

/**
 * Regenerates `generated/` from `openapi.yaml`; with `--check` only compares, with `--watch` goes on at each change.
 * Exit codes: 0 done or fresh, 1 stale (`--check`), 2 the contract or the call is wrong, 3 our own failure.
 */
export async function run(args: string[], print: Print, surroundings: Surroundings = {}): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    print(options);
    return 2;
  }
  const { root = process.cwd(), typeCheck = true, signal = new AbortController().signal } = surroundings;
  if (options.watch) return goOn({ root, typeCheck, signal }, print);
  const { code, written } = await regenerate({ root, isCheck: options.check ?? false }, print);
  if (typeCheck && written.length > 0) await reportMisfits(root, print);
  return code;
}

/** Every change is one run; the compiler's slower verdict follows, unless the next change comes before it. */
async function goOn({ root, typeCheck, signal }: Required<Surroundings>, print: Print): Promise<number> {
  let code = 0;
  let turn = 0;
  const next = async () => {
    turn += 1;
    const [before, mine] = [code, turn];
    const outcome = await regenerate({ root, isCheck: false }, print);
    code = outcome.code;
    if (before !== 0 && code === 0) print("fixed");
    const isCurrent = () => mine === turn && !signal.aborted;
    const tell: Print = (line) => (isCurrent() ? print(line) : undefined);
    if (typeCheck && outcome.written.length > 0) void reportMisfits(root, tell);
  };
  print(`Watching ${CONTRACT}; Ctrl-C ends it.`);
  await onEachChange(join(root, CONTRACT), next, signal);
  return 0;
}

async function reportMisfits(root: string, print: Print): Promise<void> {
  const { typeErrors } = await import("./type-check.ts");
  const errors = await typeErrors(root);
  if (errors.length === 0) return print("Everything handwritten fits.");
  print(`${errors.length} handwritten line${errors.length === 1 ? " no longer fits" : "s no longer fit"}:`);
  for (const error of errors) print(`  ${error}`);
}

function readOptions(args: string[]): { check?: boolean; watch?: boolean } | string {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch {
    const known = Object.keys(OPTIONS);
    const wrong = args.find((arg) => !known.some((name) => arg === `--${name}`)) ?? "";
    const near = nearest(wrong.replace(/^-+/, ""), known);
    return `There is no option '${wrong}'.${didYouMean(near && `--${near}`)} Options: ${known.map((name) => `--${name}`).join(", ")}.`;
  }
}

if (import.meta.main) {
  // Compiled code is kept in the system's temporary folder: the compiler and the linter load in two thirds of the time.
  enableCompileCache();
  const end = new AbortController();
  process.once("SIGINT", () => end.abort());
  process.exitCode = await run(process.argv.slice(2), console.log, { signal: end.signal }).catch((error: Error) => {
    console.error(`The generator failed: ${error instanceof FolderLocked ? error.message : error.stack}`);
    return 3;
  });
}
