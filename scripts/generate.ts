import { parseArgs } from "node:util";
import { didYouMean, nearest } from "../client/backfill/nearest.ts";
import { gate, printChangelog } from "./breaking/breaking.ts";
import { RevisionUnusable } from "./breaking/contract-at.ts";
import { type Differ, DifferFailed } from "./breaking/wire-changes.ts";
import { printAdvice } from "./generate/advice.ts";
import { PUBLIC_CONTRACT } from "./generate/contracts.ts";
import { regenerate, renderContracts } from "./generate/regenerate.ts";
import { watchContracts } from "./generate/watch.ts";
import type { Print } from "./shared/print.ts";

export interface GenerateOptions {
  /** The project's root folder. Default: the current folder. */
  root?: string;
  /** Omits the advice: handwritten lines that no longer compile, and breaking changes. Default false. */
  isBrief?: boolean;
  /** Ends `--watch`. */
  signal?: AbortSignal;
  /** Program that compares two contracts on the wire. Default: Redocly's. */
  differ?: Differ;
}

/**
 * `npm run generate`: regenerates `generated/` from the contracts. `--check` only compares, `--watch` regenerates after
 * each change, `--breaking` compares the public contract with an older version.
 * Exit codes: 0 done, up to date or nothing breaks; 1 stale (`--check`) or breaking (`--breaking`); 2 the contract, an
 * approval or an argument is invalid; 3 the generator failed.
 */
export async function run(args: string[], print: Print, options: GenerateOptions = {}): Promise<number> {
  const call = readCall(args);
  if (typeof call === "string") {
    print(call);
    return 2;
  }
  const { root = process.cwd(), isBrief = false, signal = new AbortController().signal, differ } = options;
  if (call.breaking) return compareWithRevision({ root, differ, ...call }, print);
  if (call.watch) {
    await watchContracts({ root, isBrief, signal }, print);
    return 0;
  }
  const { code, ...outcome } = await regenerate({ root, isCheck: call.check }, print);
  if (!isBrief && !call.check && code === 0) await printAdvice({ root, differ, ...outcome }, print);
  return code;
}

const FLAGS = {
  check: { type: "boolean", default: false },
  watch: { type: "boolean", default: false },
  breaking: { type: "boolean", default: false },
  against: { type: "string" },
  changelog: { type: "boolean", default: false },
} as const;

type Call = Exclude<ReturnType<typeof readCall>, string>;

/** The parsed arguments, or the reason why they are invalid. */
function readCall(args: string[]) {
  const values = parseFlags(args);
  if (typeof values === "string") return values;
  const { against, changelog, breaking } = values;
  const [task, other] = (["check", "watch", "breaking"] as const).filter((name) => values[name]);
  if (other) return `--${task} and --${other} cannot be combined.`;
  if (!breaking && (changelog || against !== undefined)) {
    return `--${changelog ? "changelog" : "against"} requires --breaking.`;
  }
  return { ...values, against: against ?? "HEAD" };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/\. |\n/);
    const [, unknown] = /^Unknown option '-+(.+)'$/.exec(reason) ?? [];
    if (unknown === undefined) return reason;
    const known = Object.keys(FLAGS).map((name) => `--${name}`);
    return `${reason}.${didYouMean(nearest(`--${unknown}`, known))} Options: ${known.join(", ")}.`;
  }
}

type Comparison = Pick<Call, "changelog" | "against"> & { root: string; differ?: Differ | undefined };

async function compareWithRevision({ changelog, ...request }: Comparison, print: Print): Promise<number> {
  const [current] = (await renderContracts(request.root, [PUBLIC_CONTRACT], print)) ?? [];
  if (!current) return 2;
  const report = changelog ? printChangelog : gate;
  return report({ ...request, contract: current.contract }, print).catch((error: unknown) => {
    if (!(error instanceof RevisionUnusable)) throw error;
    print(error.message);
    return 2;
  });
}

if (import.meta.main) {
  const end = new AbortController();
  process.once("SIGINT", () => end.abort());
  process.exitCode = await run(process.argv.slice(2), console.log, { signal: end.signal }).catch((error: Error) => {
    const reason = error instanceof DifferFailed ? `${error.name}: ${error.message}` : error.stack;
    console.error(`The generator failed. ${reason}`);
    return 3;
  });
}
