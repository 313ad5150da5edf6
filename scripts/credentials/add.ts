import { randomBytes } from "node:crypto";
import contract from "../../generated/openapi.json" with { type: "json" };
import { hashSecret } from "../../server/auth/credentials.ts";
import { readSecuritySchemes } from "../../server/contract/operations.ts";
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
    title: "application token",
    prefix: "app",
    label: "token ",
    use: `Send the token as ${HEADERS.join()}, together with a Bearer token.`,
  },
} as const;

/** Generates a secret, stores its hash, and prints it. */
export async function add(
  { file, kind, name, permissions, expires }: Addition & { file: string },
  now: Date,
  print: (line: string) => void,
): Promise<void> {
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
