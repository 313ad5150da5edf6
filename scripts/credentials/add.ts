import { randomBytes } from "node:crypto";
import { SECURITY_SCHEMES } from "../../generated/operations.ts";
import { hashSecret } from "../../server/auth/credentials.ts";
import { type CredentialEntry, parseCredentials } from "../../server/auth/credentials-file.ts";
import type { Print } from "../shared/print.ts";
import { type Addition, KINDS } from "./call.ts";
import { changeFile } from "./change-file.ts";
import { EMPTY, verified, withEntry } from "./edit.ts";

const HEADER = SECURITY_SCHEMES.ApplicationToken.name;

/** How each kind is spoken of, and what to do with its secret. */
const WORDS = {
  "api-key": {
    title: "API key",
    prefix: "key",
    secret: "secret",
    use: "Send id and secret as Basic: curl -u ID:SECRET",
  },
  "application-token": {
    title: "application token",
    prefix: "app",
    secret: "token ",
    use: `Send the token as ${HEADER}, together with a Bearer token.`,
  },
} as const;

/** Makes a secret, stores its hash, and prints it. */
export async function add(
  { file, kind, ...given }: Addition & { file: string },
  now: Date,
  print: Print,
): Promise<void> {
  const { title, prefix, secret: label, use } = WORDS[kind];
  const secret = randomBytes(32).toString("base64url");
  const id = `${prefix}-${randomBytes(6).toString("hex")}`;
  await store({ file, list: KINDS[kind], entry: { id, ...entryOf(given, hashSecret(secret), now) } });
  print(`The ${title} '${given.name}' was added to ${file}${given.expires ? ` and expires ${given.expires}` : ""}.`);
  print("What follows is shown this once and kept nowhere: store it now. A running server takes it at once.\n");
  print(`  id      ${id}\n  ${label}  ${secret}\n`);
  print(use);
}

function entryOf({ name, permissions, expires }: Omit<Addition, "kind" | "command">, sha256: string, now: Date) {
  return { name, sha256, permissions, created: now.toISOString(), ...(expires !== undefined && { expires }) };
}

interface Entry {
  file: string;
  list: (typeof KINDS)[keyof typeof KINDS];
  entry: CredentialEntry;
}

async function store({ file, list, entry }: Entry): Promise<void> {
  await changeFile(file, (content = Buffer.from(EMPTY)) => {
    const before = parseCredentials(content, file);
    const after = { ...before, [list]: [...before[list], entry] };
    return verified(withEntry(content.toString(), list, entry), after);
  });
}
