import { enableCompileCache } from "node:module";
import { join } from "node:path";
import type { Differ } from "./breaking/wire-changes.ts";
import { type Aftermath, tellAftermath } from "./generate/aftermath.ts";
import { CONTRACT_NAMES, CONTRACTS, PUBLIC_CONTRACT } from "./generate/contracts.ts";
import { type Options, readOptions } from "./generate/options.ts";
import { regenerate } from "./generate/regenerate.ts";
import { type Print, readContracts, soundContracts } from "./generate/sound-contract.ts";
import { onEachChange } from "./generate/watch.ts";

export interface Surroundings {
  /** The project's folder. Default: the current one. */
  root?: string;
  /** Leaves out what follows the writing: handwritten lines that no longer fit, and what breaks. Default false. */
  isBrief?: boolean;
  /** Ends `--watch`. */
  signal?: AbortSignal;
  /** Called after each good run of `--watch`, with the names of the files that are new; the next run waits for it. */
  onRun?: (written: string[]) => Promise<void>;
  /** What compares two contracts on the wire. Default: Redocly's. */
  differ?: Differ;
}

/**
 * Regenerates `generated/` from the contracts; `--check` only compares, `--watch` goes on at each change, `--breaking`
 * judges the public one against an older one.
 * Exit codes: 0 done, fresh or nothing breaks, 1 stale (`--check`) or something breaks (`--breaking`), 2 the contract or
 * the call is wrong, 3 our own failure.
 */
export async function run(args: string[], print: Print, surroundings: Surroundings = {}): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    print(options);
    return 2;
  }
  const { root = process.cwd(), isBrief = false } = surroundings;
  if (options.task === "breaking" || options.task === "changelog")
    return judge(options, print, { ...surroundings, root });
  if (options.task === "watch") return goOn({ ...surroundings, root, isBrief }, print);
  const isCheck = options.task === "check";
  const { code, ...outcome } = await regenerate({ root, isCheck }, print);
  if (!isBrief && !isCheck && code === 0) await tellAftermath({ root, ...outcome, ...surroundings }, print);
  return code;
}

async function judge({ task, against }: Options, print: Print, { root, differ }: Surroundings & { root: string }) {
  const read = await readContracts(root, [PUBLIC_CONTRACT], print);
  const [sound] = (read && (await soundContracts(read, print))) ?? [];
  if (!sound) return 2;
  const [{ gate, printChangelog }, { RevisionUnusable }] = await Promise.all([
    import("./breaking/breaking.ts"),
    import("./breaking/contract-at.ts"),
  ]);
  const answer = task === "changelog" ? printChangelog : gate;
  return answer({ root, contract: sound.contract, against, differ }, print).catch((error: unknown) => {
    if (!(error instanceof RevisionUnusable)) throw error;
    print(error.message);
    return 2;
  });
}

/** Every change is one run; the slower verdicts follow, unless the next change comes before them. */
async function goOn(surroundings: Surroundings & { root: string }, print: Print): Promise<number> {
  const { root, isBrief, signal = new AbortController().signal, onRun } = surroundings;
  let code = 0;
  let turn = 0;
  const next = async () => {
    turn += 1;
    const [before, mine] = [code, turn];
    const { code: now, ...outcome } = await regenerate({ root, isCheck: false }, print);
    code = now;
    if (before !== 0 && code === 0) print("fixed");
    if (code === 0) await onRun?.(outcome.written);
    const isCurrent = () => mine === turn && !signal.aborted;
    const tell: Print = (line) => (isCurrent() ? print(line) : undefined);
    const aftermath: Aftermath = { ...outcome, ...surroundings };
    if (!isBrief && code === 0) void tellAftermath(aftermath, tell).catch((error: Error) => tell(error.message));
  };
  print(`Watching ${CONTRACT_NAMES}; Ctrl-C ends it.`);
  const files = CONTRACTS.map(({ file }) => join(root, file));
  await onEachChange(files, next, signal);
  return 0;
}

/** A failure of ours as text: a stack only where no words were prepared. */
function failureText(error: Error): string {
  return ["FolderLocked", "DifferFailed"].includes(error.name)
    ? `${error.name}: ${error.message}`
    : String(error.stack);
}

if (import.meta.main) {
  // Compiled code is kept in the system's temporary folder: the linter and the schema compiler load sooner.
  enableCompileCache();
  const end = new AbortController();
  process.once("SIGINT", () => end.abort());
  process.exitCode = await run(process.argv.slice(2), console.log, { signal: end.signal }).catch((error: Error) => {
    console.error(`The generator failed. ${failureText(error)}`);
    return 3;
  });
}
