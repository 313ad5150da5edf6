import { parseArgs } from "node:util";
import { CallRefused } from "./call-refused.ts";
import { didYouMean } from "./nearest.ts";

export interface BackfillOptions {
  /** NDJSON: one `{"userId": …, "body": …}` a line. */
  file: string;
  url: string;
  /** Default 8. */
  concurrency: number;
  /** Default: none is kept. */
  checkpoint: string | undefined;
  /** Default: the file's name with `.failed.ndjson` after it. */
  failed: string;
}

const FLAGS = ["--url", "--concurrency", "--checkpoint", "--failed", "--help"] as const;
/** Secrets on a command line are read by everyone who lists processes. */
const SECRETS =
  /^--?(user(name)?|pass(word)?|(bearer-?|application-?)?token|secret|api-?key|key|credentials?|auth.*)$/i;

export const USAGE = `nexus-sync-client backfill FILE.ndjson --url URL [--concurrency 8] [--checkpoint FILE] [--failed FILE]

  FILE.ndjson    one {"userId": "...", "body": {...}} a line
  --url          where the API lies, without /v1
  --concurrency  requests under way, 1 to 1000
  --checkpoint   where it is kept how far it came; the same call goes on from there
  --failed       where failed lines are listed; default FILE.ndjson.failed.ndjson

Credentials are read from the environment: NEXUS_TOKEN and NEXUS_APPLICATION_TOKEN, or NEXUS_USERNAME and NEXUS_PASSWORD.
Exit codes: 0 all synced, 1 some failed, 2 the call or a file is wrong, 130 interrupted.`;

/**
 * The options of a call; undefined where help was asked for.
 * @throws CallRefused
 */
export function readOptions(args: string[]): BackfillOptions | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [command, file, ...rest] = positionals;
  if (command !== "backfill")
    throw new CallRefused(`The one command is 'backfill'.${didYouMean(command ?? "", ["backfill"])}`);
  if (file === undefined || rest.length > 0) throw new CallRefused("backfill takes one file.");
  const { url, concurrency = "8", checkpoint, failed = `${file}.failed.ndjson` } = values;
  if (url === undefined) throw new CallRefused("--url is missing: where the API lies, without /v1.");
  if (!/^\d{1,4}$/.test(concurrency) || Number(concurrency) < 1 || Number(concurrency) > 1_000) {
    throw new CallRefused("--concurrency must be a whole number from 1 to 1000.");
  }
  return { file, url, concurrency: Number(concurrency), checkpoint, failed };
}

function parsed(args: string[]) {
  for (const arg of args) {
    const [name = ""] = arg.split("=");
    if (!name.startsWith("-") || FLAGS.some((flag) => flag === name)) continue;
    // The value is not repeated: it may be the secret.
    if (SECRETS.test(name))
      throw new CallRefused(`${name} is refused: credentials come from the environment (see --help).`);
    throw new CallRefused(`There is no ${name}.${didYouMean(name, FLAGS)}`);
  }
  const text = { type: "string" } as const;
  const options = { url: text, concurrency: text, checkpoint: text, failed: text, help: { type: "boolean" } } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new CallRefused((error as Error).message.split(/\. |\n/)[0]);
  }
}
