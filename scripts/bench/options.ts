import { parseArgs } from "node:util";
import { didYouMean, nearest } from "../shared/nearest.ts";
import { CONTESTANT_NAMES } from "./contestant-names.ts";

export interface BenchOptions {
  /** Length of a round. */
  seconds: number;
  rounds: number;
  /** Starts of each server, for the time to the first 200. */
  starts: number;
  /** Users of the largest directory. */
  mostUsers: number;
  /** Where results go: this, with `.json` and `.svg`. */
  out: string | undefined;
  /** Whether a part or contestant is measured. */
  has(name: string): boolean;
}

/** What is measured besides the contestants. `memory` is 1,000,000 requests, and runs only where `--long` asks for it. */
export const PARTS = ["start", "users", "contract", "generate", "client", "memory"] as const;
const NAMES: readonly string[] = [...CONTESTANT_NAMES, ...PARTS];

const OPTIONS = {
  seconds: { type: "string", default: "5" },
  rounds: { type: "string", default: "3" },
  starts: { type: "string", default: "7" },
  "most-users": { type: "string", default: "1000000" },
  only: { type: "string" },
  skip: { type: "string" },
  out: { type: "string" },
  long: { type: "boolean", default: false },
} as const;

/** The options of a call; or, as text, why it can't be carried out. */
export function readOptions(args: string[]): BenchOptions | string {
  try {
    const { values } = parseArgs({ args, options: OPTIONS });
    const [only, skip] = [namesIn(values.only), namesIn(values.skip) ?? []];
    const isWanted = (name: string) => (only ? only.includes(name) : name !== "memory" || values.long);
    return {
      seconds: positive("seconds", values.seconds),
      rounds: whole("rounds", values.rounds),
      starts: whole("starts", values.starts),
      mostUsers: whole("most-users", values["most-users"]),
      out: values.out,
      has: (name) => isWanted(name) && !skip.includes(name),
    };
  } catch (error) {
    return (error as Error).message.split("\n", 1)[0] ?? "";
  }
}

function namesIn(list: string | undefined): string[] | undefined {
  const names = list?.split(",").map((name) => name.trim());
  const wrong = names?.find((name) => !NAMES.includes(name));
  if (wrong === undefined) return names;
  throw new Error(
    `There is no '${wrong}' in the bench.${didYouMean(nearest(wrong, NAMES))} Names: ${NAMES.join(", ")}.`,
  );
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} takes a number above 0, not '${text}'.`);
}

function whole(name: string, text: string): number {
  const value = positive(name, text);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} takes a whole number, not '${text}'.`);
}
