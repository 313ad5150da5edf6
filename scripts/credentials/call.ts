import { parseArgs } from "node:util";
import { OPERATIONS } from "../../generated/operations.ts";
import { ENTRY, type ListName } from "../../server/auth/credentials-schema.ts";
import { didYouMean, nearest } from "../shared/nearest.ts";
import { readExpiry } from "./expiry.ts";

/** What a credential is called on the command line, and the list of the file that it stands in. */
export const KINDS = { "api-key": "apiKeys", "application-token": "applicationTokens" } as const satisfies Record<
  string,
  ListName
>;

export type Kind = keyof typeof KINDS;

export interface Addition {
  command: "add";
  kind: Kind;
  name: string;
  permissions: string[];
  /** ISO 8601. */
  expires?: string;
}

export type Call = { file: string } & (Addition | { command: "list" } | { command: "revoke"; id: string });

/** A call that can't be carried out; the message says why and what could. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
}

const OPTIONS = {
  permission: { type: "string", multiple: true },
  expires: { type: "string" },
  file: { type: "string" },
} as const;

const COMMANDS = ["add", "list", "revoke"];
const PERMISSIONS = Object.values(OPERATIONS).flatMap(({ permissions }): readonly string[] => permissions);
const SECRET = /^-*(api-?)?(secret|password|token|key|hash|sha256)$/i;

/** The call that the arguments make. Words that might be a secret are not repeated. @throws CallRefused */
export function readCall(args: string[], now: Date): Call {
  const { values, positionals } = parsed(args);
  const [command = "", ...words] = positionals;
  const { file = "credentials.json", permission, expires } = values;
  if (command !== "add" && COMMANDS.includes(command) && (permission ?? expires) !== undefined) {
    throw new CallRefused(`--${permission ? "permission" : "expires"} goes with add.`);
  }
  if (file === "") throw new CallRefused("--file takes the name of a file, not nothing.");
  if (command === "add") return { file, ...addition(words, permission, expires, now) };
  if (command === "revoke")
    return { file, command, id: one(words, "revoke takes the id of one entry; list shows them.") };
  if (command !== "list") throw new CallRefused(noSuch("command", command, COMMANDS));
  if (words.length > 0) throw new CallRefused("list takes no further words.");
  return { file, command };
}

function addition(words: string[], permission: string[] | undefined, expires: string | undefined, now: Date): Addition {
  const [kind = "", ...others] = words;
  if (!isKind(kind)) throw new CallRefused(noSuch("kind", kind, Object.keys(KINDS)));
  const name = one(others, `add ${kind} takes one name; put one of several words in quotes.`);
  if (!ENTRY.name.holds(name)) throw new CallRefused(`The name ${ENTRY.name.must}.`);
  const permissions = [...new Set(permission ?? PERMISSIONS.slice(0, 1))];
  const unknown = permissions.find((one) => !PERMISSIONS.includes(one));
  if (unknown !== undefined) throw new CallRefused(noSuch("permission", unknown, PERMISSIONS));
  if (expires === undefined) return { command: "add", kind, name, permissions };
  const time = readExpiry(expires, now);
  if (!time) {
    throw new CallRefused("--expires takes a time to come: 30d, 2027-01-31 or 2027-01-31T18:00:00Z.");
  }
  return { command: "add", kind, name, permissions, expires: time };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CallRefused(optionProblem(args, error as Error));
  }
}

function optionProblem(args: string[], { message }: Error): string {
  const known = Object.keys(OPTIONS);
  // Without its value: that may be a secret.
  const given = args.filter((arg) => arg.startsWith("-")).map((arg) => arg.replace(/=.*$/s, ""));
  const wrong = given.find((name) => !known.includes(name.slice(2)));
  if (wrong === undefined) return `${message.split(/\. |\n/)[0]}.`;
  if (SECRET.test(wrong)) return "No secret is taken from the command line: add makes one, and prints it once.";
  return noSuch(
    "option",
    wrong,
    known.map((name) => `--${name}`),
  );
}

/** "There is no command 'ad'. Did you mean 'add'? Commands: add, list, revoke." */
function noSuch(what: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const opening = word === "" ? `Name a ${what}.` : `There is no ${what} ${near ? `'${word}'` : "of this name"}.`;
  const title = `${what[0]?.toUpperCase()}${what.slice(1)}s`;
  return `${opening}${word === "" ? "" : didYouMean(near)} ${title}: ${known.join(", ")}.`;
}

function one(words: string[], otherwise: string): string {
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) throw new CallRefused(otherwise);
  return word;
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}
