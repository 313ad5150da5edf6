import { OPERATIONS } from "../../generated/operations.ts";
import { isMember, type ListName } from "../auth/credentials-file.ts";
import { parseOptions } from "../command-line/parse-options.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { didYouMean, nearest } from "../nearest.ts";

/** Kinds of credentials on the command line, and the list of the file that each is stored in. */
export const KINDS = { "api-key": "apiKeys", "application-token": "applicationTokens" } as const satisfies Record<
  string,
  ListName
>;

export interface Addition {
  kind: keyof typeof KINDS;
  name: string;
  permissions: string[];
  /** ISO 8601. */
  expires?: string;
}

export type Command = { file: string } & (
  | { command: "help" }
  | ({ command: "add" } & Addition)
  | { command: "list" }
  | { command: "revoke"; id: string }
);

const OPTIONS = {
  permission: { type: "string", multiple: true },
  expires: { type: "string" },
  file: { type: "string", default: "credentials.json" },
} as const;

const COMMANDS = ["add", "list", "revoke"];
const PERMISSIONS: readonly string[] = [
  ...new Set(Object.values(OPERATIONS).flatMap(({ permissions }) => permissions)),
];
const DEFAULT_PERMISSIONS = OPERATIONS.SyncUserIdentity.permissions.slice(0, 1);
const DAY_MS = 86_400_000;

/** `command` is what the user types before the arguments. */
export function helpText(command: string): string {
  return `${command} add api-key|application-token NAME [options], list, or revoke ID

Edits a credentials file. A running server uses a change at once.

  add api-key NAME            adds an API key, and prints its id and secret, once
  add application-token NAME  adds an application token, and prints it, once
  list                        lists all entries, without secrets
  revoke ID                   marks an entry as revoked; the server rejects it

  --file FILE                 the credentials file (default: ${OPTIONS.file.default})
  --permission NAME           of add: ${PERMISSIONS.join(" or ")}; repeatable (default: ${DEFAULT_PERMISSIONS.join(", ")})
  --expires TIME              of add: 30d, 2027-01-31 or 2027-01-31T18:00:00Z (default: never)
  -h, --help                  prints this text

Exit codes: 0 done, 2 the arguments or the file can't be used, 3 an internal error.`;
}

/** Messages repeat no word that may be a secret. @throws ConfigurationError */
export function readArguments(args: string[], now: Date): Command {
  const { values, positionals } = parseOptions({ args, options: OPTIONS, allowPositionals: true });
  const [command = "", ...words] = positionals;
  const { file, permission, expires } = values;
  if (values.help === true) return { file, command: "help" };
  if (!COMMANDS.includes(command)) throw new ConfigurationError(unknown("command", command, COMMANDS));
  if (file === "") throw new ConfigurationError("--file must be the name of a file.");
  if (command === "add") return { file, command, ...readAddition(words, values, now) };
  if ((permission ?? expires) !== undefined) {
    throw new ConfigurationError(`--${permission ? "permission" : "expires"} is an option of add only.`);
  }
  if (command === "revoke") return { file, command, id: single(words, "revoke takes one id; list shows them.") };
  if (words.length > 0) throw new ConfigurationError("list takes no arguments.");
  return { file, command: "list" };
}

interface Options {
  permission?: string[] | undefined;
  expires?: string | undefined;
}

function readAddition([kind = "", ...words]: string[], { permission, expires }: Options, now: Date): Addition {
  if (!isKind(kind)) throw new ConfigurationError(unknown("kind", kind, Object.keys(KINDS)));
  const name = single(words, `add ${kind} takes one name; quote a name of several words.`);
  if (!isMember("name", name)) {
    throw new ConfigurationError("The name must be 1 to 128 characters on one line, not all of them blank.");
  }
  const permissions = [...new Set(permission ?? DEFAULT_PERMISSIONS)];
  const other = permissions.find((one) => !PERMISSIONS.includes(one));
  if (other !== undefined) throw new ConfigurationError(unknown("permission", other, PERMISSIONS));
  return { kind, name, permissions, ...(expires !== undefined && { expires: readExpiry(expires, now) }) };
}

/** "30d" from now, a date (its first moment in UTC) or a date and time, as ISO 8601. */
function readExpiry(text: string, now: Date): string {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  const written = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const time = days === undefined ? written : new Date(now.getTime() + Number(days) * DAY_MS).toISOString();
  if (isMember("time", time) && Date.parse(time) > now.getTime()) return time;
  throw new ConfigurationError("--expires must be in the future: 30d, 2027-01-31 or 2027-01-31T18:00:00Z.");
}

/** "There is no command 'ad'. Did you mean 'add'? Commands: add, list, revoke." */
function unknown(noun: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const problem = near === undefined ? `There is no ${noun} of this name.` : `There is no ${noun} '${word}'.`;
  const opening = word === "" ? `A ${noun} is required.` : problem + didYouMean(near);
  return `${opening} ${noun[0]?.toUpperCase()}${noun.slice(1)}s: ${known.join(", ")}.`;
}

function single(words: string[], otherwise: string): string {
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new ConfigurationError(otherwise);
  return word;
}

function isKind(word: string): word is Addition["kind"] {
  return Object.hasOwn(KINDS, word);
}
