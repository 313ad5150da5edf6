import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { didYouMean, nearest } from "../../server/nearest.ts";
import type { Credentials } from "../credentials.ts";
import { CommandError } from "./command-error.ts";

export interface BackfillOptions {
  /** NDJSON: one `{"userId": …, "body": …}` per line. */
  file: string;
  url: string;
  /** Default 8. */
  concurrency: number;
  /** Default: progress is not saved. */
  checkpoint: string | undefined;
  /** A list of failed lines: only these are synced. Default: all. */
  retryFailed: string | undefined;
  /** Default: the name of the file, or of the list that is retried, and `.failed.ndjson`. */
  failed: string;
  /** Failures in all that stop the backfill. Default: 20 in a row without a response of the API. */
  maxFailures: number | undefined;
}

export type Environment = Record<string, string | undefined>;

const TEXT = { type: "string" } as const;
/** No credentials, because every user of the machine can read the arguments of a process. */
const FLAGS = {
  ...{ url: TEXT, concurrency: TEXT, checkpoint: TEXT, failed: TEXT, "retry-failed": TEXT, "max-failures": TEXT },
  help: { type: "boolean", short: "h" },
} as const;

export const USAGE = `nexus-sync-client backfill FILE.ndjson --url URL [--concurrency 8] [--checkpoint FILE] [--failed FILE]
    [--retry-failed FILE] [--max-failures N]

  FILE.ndjson     one {"userId": "...", "body": {...}} per line
  --url           URL of the API, without /v1
  --concurrency   requests in flight, 1 to 1000
  --checkpoint    file that saves the progress; the same command resumes from it
  --failed        file that lists the failed lines; default FILE.ndjson.failed.ndjson
  --retry-failed  syncs only the lines of FILE.ndjson that this list from --failed names; not with --checkpoint. The lines
                  that fail again are listed in the list's name and .failed.ndjson
  --max-failures  stops after this many failures of any kind; default: after 20 in a row that are not about the line
                  (no response, 5xx, no response of the API). Rejected credentials always stop

Credentials are read from the environment: NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN, or NEXUS_USERNAME and NEXUS_PASSWORD.
Exit codes: 0 all synced, 1 some failed or too many failures, 2 wrong options, file or credentials, 3 internal error,
130 interrupted.`;

/**
 * Reads the command line; returns undefined for --help.
 * @throws CommandError
 */
export function readOptions(args: string[]): BackfillOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [command, file, ...rest] = positionals;
  if (command !== "backfill") throw new CommandError("The only command is 'backfill'. See --help.");
  if (file === undefined || rest.length > 0) throw new CommandError("backfill takes one file. See --help.");
  const { url, concurrency = "8", checkpoint, "retry-failed": retryFailed } = values;
  const { failed = `${retryFailed ?? file}.failed.ndjson` } = values;
  if (url === undefined) throw new CommandError("--url is missing: the URL of the API, without /v1.");
  if (retryFailed !== undefined && checkpoint !== undefined)
    throw new CommandError("--retry-failed can't be used with --checkpoint: leave one out.");
  checkFiles({ "--retry-failed": retryFailed, "--checkpoint": checkpoint, "--failed": failed, "the input": file });
  const { "max-failures": maxFailures } = values;
  return {
    ...{ file, url, checkpoint, retryFailed, failed },
    concurrency: readCount("--concurrency", concurrency, 1_000),
    maxFailures: maxFailures === undefined ? undefined : readCount("--max-failures", maxFailures, 1_000_000_000),
  };
}

/** Rejects a file that has two purposes: the failed lines would be appended to the input, for example. */
function checkFiles(files: Readonly<Record<string, string | undefined>>): void {
  const names = new Map<string, string>();
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const other = names.get(resolve(file));
    if (other !== undefined) throw new CommandError(`${other} and ${name} must be different files.`);
    names.set(resolve(file), name);
  }
}

function readCount(name: string, text: string, max: number): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= max) return count;
  throw new CommandError(`${name} must be a whole number from 1 to ${max}.`);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS, allowPositionals: true });
  } catch (error) {
    // Node's message repeats the name of a flag, but not its value, which may be a secret.
    const [message = ""] = (error as Error).message.split(/\.\s/);
    const [, unknown = ""] = /^Unknown option '(.*)'$/.exec(message) ?? [];
    const suggestion = didYouMean(
      nearest(
        unknown,
        Object.keys(FLAGS).map((name) => `--${name}`),
      ),
    );
    throw new CommandError(`${message}.${suggestion || " See --help."}`);
  }
}

/**
 * Bearer from NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN, or Basic from NEXUS_USERNAME and NEXUS_PASSWORD.
 * @throws CommandError if a variable is missing, or both pairs are set.
 */
export function credentialsFrom(env: Environment): Credentials {
  const bearer = readPair(env, "NEXUS_TOKEN", "NEXUS_APPLICATION_TOKEN");
  const basic = readPair(env, "NEXUS_USERNAME", "NEXUS_PASSWORD");
  if (bearer && basic) throw new CommandError("NEXUS_TOKEN and NEXUS_USERNAME are both set: unset one of them.");
  if (bearer) return { type: "bearer", token: bearer[0], applicationToken: bearer[1] };
  if (basic) return { type: "basic", username: basic[0], password: basic[1] };
  throw new CommandError(
    "No credentials: set NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN, or NEXUS_USERNAME and NEXUS_PASSWORD.",
  );
}

/** Both values, or undefined if neither is set; empty counts as not set. */
function readPair(env: Environment, one: string, other: string): [string, string] | undefined {
  const [first, second] = [env[one], env[other]];
  if (first && second) return [first, second];
  if (!first && !second) return undefined;
  throw new CommandError(`${first ? other : one} is required with ${first ? one : other}.`);
}
