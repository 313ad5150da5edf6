import { randomBytes } from "node:crypto";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { hashSecret } from "../auth/credentials.ts";
import { CREDENTIALS_FILE, type CredentialEntry, type CredentialsFile, LISTS } from "../auth/credentials-file.ts";
import { readJsonFile } from "../auth/json-file.ts";
import { alignColumns } from "../command-line/columns.ts";
import type { Print } from "../command-line/print.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { didYouMean, nearest } from "../nearest.ts";
import { type Addition, KINDS } from "./arguments.ts";
import { changeFile } from "./change-file.ts";

const WORDS = {
  "api-key": {
    title: "API key",
    prefix: "key",
    label: "secret",
    use: "Send id and secret as Basic: curl -u ID:SECRET",
  },
  "application-token": {
    title: "application token",
    prefix: "app",
    label: "token ",
    use: `Send the token as ${SECURITY_SCHEMES.ApplicationToken.name}, together with a Bearer token.`,
  },
} as const;
const COLUMNS = ["kind", "id", "name", "permissions", "created", "expires", "state"];

/** Generates a secret, stores its hash, and prints it. */
export async function add(addition: Addition & { file: string }, now: Date, print: Print): Promise<void> {
  const { file, kind, name, permissions, expires } = addition;
  const { title, prefix, label, use } = WORDS[kind];
  const secret = randomBytes(32).toString("base64url");
  const id = `${prefix}-${randomBytes(6).toString("hex")}`;
  const times = { created: now.toISOString(), ...(expires !== undefined && { expires }) };
  const entry = { id, name, sha256: hashSecret(secret), permissions, ...times };
  await changeFile(file, {
    creates: true,
    change: (before) => ({ ...before, [KINDS[kind]]: [...before[KINDS[kind]], entry] }),
  });
  print(`The ${title} '${name}' was added to ${file}${expires === undefined ? "" : ` and expires ${expires}`}.`);
  print("The secret is shown only once and stored nowhere: save it now. A running server accepts it at once.\n");
  print(`  id      ${id}\n  ${label}  ${secret}\n`);
  print(use);
}

/** Prints a line for each entry, without its hash. */
export function list(file: string, now: Date, print: Print): void {
  const { value } = readJsonFile(file, CREDENTIALS_FILE);
  const rows = Object.entries(KINDS).flatMap(([kind, name]) => value[name].map((entry) => rowOf(kind, entry, now)));
  for (const cells of alignColumns([COLUMNS, ...rows])) print(cells.join("  ").trimEnd());
}

function rowOf(kind: string, entry: CredentialEntry, now: Date): string[] {
  const { id, name, permissions, created = "-", expires = "-", revoked } = entry;
  const isExpired = Date.parse(expires) <= now.getTime();
  const state = revoked !== undefined ? "revoked" : isExpired ? "expired" : "active";
  return [kind, id, name, permissions.join(" "), created, expires, state];
}

/** Marks the entries with this id as revoked. They stay in the file, so that `list` shows them. */
export async function revoke({ file, id }: { file: string; id: string }, now: Date, print: Print): Promise<void> {
  let named: CredentialEntry[] = [];
  const marked = (entry: CredentialEntry): CredentialEntry =>
    entry.id === id ? { ...entry, revoked: entry.revoked ?? now.toISOString() } : entry;
  const change = (before: CredentialsFile): CredentialsFile => {
    const entries = LISTS.flatMap((list) => before[list]);
    named = entries.filter((entry) => entry.id === id);
    const hint = didYouMean(
      nearest(
        id,
        entries.map((entry) => entry.id),
      ),
    );
    // The id is not repeated: a secret may have been given in its place.
    if (named.length === 0)
      throw new ConfigurationError(`No entry of ${file} has this id.${hint} list shows every id.`);
    return { apiKeys: before.apiKeys.map(marked), applicationTokens: before.applicationTokens.map(marked) };
  };
  await changeFile(file, { change });
  print(`Revoked: ${named.map(({ name }) => `'${name}'`).join(" and ")}. A running server refuses it at once.`);
}
