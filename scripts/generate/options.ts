import { parseArgs } from "node:util";
import { didYouMean, nearest } from "../shared/nearest.ts";

const OPTIONS = {
  check: { type: "boolean" },
  watch: { type: "boolean" },
  breaking: { type: "boolean" },
  against: { type: "string" },
  changelog: { type: "boolean" },
} as const;

export interface Options {
  /** What is done; default: regenerate. */
  task: "regenerate" | "check" | "watch" | "breaking" | "changelog";
  /** The git revision to compare with. Default HEAD. */
  against: string;
}

/** The options of a call; or, as text, why it can't be carried out. */
export function readOptions(args: string[]): Options | string {
  const values = parsed(args);
  if (typeof values === "string") return values;
  const { against, changelog, ...tasks } = values;
  const [task, other] = Object.keys(tasks);
  if (other) return `--${task} and --${other} do not go together.`;
  if (task !== "breaking" && (against !== undefined || changelog)) {
    return `--${changelog ? "changelog" : "against"} goes with --breaking.`;
  }
  const chosen = changelog ? "changelog" : task;
  return { task: (chosen ?? "regenerate") as Options["task"], against: against ?? "HEAD" };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    const known = Object.keys(OPTIONS);
    const wrong = args.find((arg) => !known.some((name) => arg === `--${name}` || arg.startsWith(`--${name}=`)));
    if (wrong === undefined) return (error as Error).message.split(/\. |\n/)[0] ?? "";
    const near = nearest(wrong.replace(/^-+/, ""), known);
    const list = known.map((name) => `--${name}`).join(", ");
    return `There is no option '${wrong}'.${didYouMean(near && `--${near}`)} Options: ${list}.`;
  }
}
