import { randomBytes } from "node:crypto";
import { didYouMean, nearest } from "../../client/backfill/nearest.ts";
import contract from "../../generated/openapi.json" with { type: "json" };
import { hashSecret } from "../../server/auth/credentials.ts";
import { CREDENTIALS_FILE, type CredentialEntry, LISTS } from "../../server/auth/credentials-file.ts";
import { readJsonFile } from "../../server/auth/json-file.ts";
import { ConfigurationError } from "../../server/configuration-error.ts";
import { readSecuritySchemes } from "../../server/contract/operations.ts";
import type { Print } from "../shared/print.ts";
import { type Addition, KINDS } from "./arguments.ts";
import { changeFile } from "./change-file.ts";

const HEADERS = Object.values(readSecuritySchemes(contract)).flatMap((scheme) =>
  scheme.type === "apiKey" ? [scheme.name] : [],
);
const WORDS = {
  "api-key": {
    title: "API key",
    prefix: "key",
    label: "secret",
    use: "Send id and secret as Basic: curl -u ID:SECRET",
  },
  "application-token": {
    ...{ title: "application token", prefix: "app", label: "token " },
    use: `Send the token as ${HEADERS.join()}, together with a Bearer token.`,
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
  const widths = COLUMNS.map((title, at) => Math.max(...[title, ...rows.map((row) => row[at] ?? "")].map(lengthOf)));
  for (const row of [COLUMNS, ...rows]) {
    const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0));
    print(cells.join("  ").trimEnd());
  }
}

function rowOf(kind: string, entry: CredentialEntry, now: Date): string[] {
  const { id, name, permissions, created = "-", expires = "-", revoked } = entry;
  const isExpired = Date.parse(expires) <= now.getTime();
  const state = revoked !== undefined ? "revoked" : isExpired ? "expired" : "active";
  return [kind, id, name, permissions.join(" "), created, expires, state];
}

function lengthOf({ length }: string): number {
  return length;
}

/** Marks the entries with this id as revoked. They stay in the file, so that `list` shows them. */
export async function revoke({ file, id }: { file: string; id: string }, now: Date, print: Print): Promise<void> {
  const names = new Set<string>();
  const marked = (entry: CredentialEntry): CredentialEntry => {
    if (entry.id !== id) return entry;
    names.add(`'${entry.name}'`);
    return { ...entry, revoked: entry.revoked ?? now.toISOString() };
  };
  await changeFile(file, {
    change({ apiKeys, applicationTokens }) {
      names.clear();
      const after = { apiKeys: apiKeys.map(marked), applicationTokens: applicationTokens.map(marked) };
      if (names.size > 0) return after;
      // The id is not repeated: a secret may have been given in its place.
      const ids = LISTS.flatMap((name) => after[name].map((entry) => entry.id));
      const hint = didYouMean(nearest(id, ids));
      throw new ConfigurationError(`No entry of ${file} has this id.${hint} list shows every id.`);
    },
  });
  print(`Revoked: ${[...names].join(" and ")}. A running server refuses it at once.`);
}
