import { readFileSync } from "node:fs";
import type { Credentials, StoredSecret } from "./credentials.ts";
import { credentialProblems, type ListName } from "./credentials-schema.ts";

/** An entry of the file. Times are ISO 8601; one that is revoked stays for the record, and never counts again. */
export interface CredentialEntry extends StoredSecret {
  name: string;
  created?: string;
  revoked?: string;
}

export type CredentialsFile = Readonly<Record<ListName, readonly CredentialEntry[]>>;

/** Credentials that were not loaded, with everything that is wrong with them, one problem a line; no value is repeated. */
export class CredentialsRefused extends Error {
  override readonly name = "CredentialsRefused";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The credentials were not loaded: ${problems.length} problem${problems.length === 1 ? "" : "s"}.`);
    this.problems = problems;
  }
}

/** The credentials of a file that count; whether one has expired is asked at each request. @throws CredentialsRefused */
export function readCredentials(file: string): Credentials {
  const { apiKeys, applicationTokens } = parseCredentials(contentOf(file), file);
  return { apiKeys: apiKeys.filter(isKept), applicationTokens: applicationTokens.filter(isKept) };
}

/** Every entry, the revoked ones too. `file` is for messages. @throws CredentialsRefused */
export function parseCredentials(content: Uint8Array, file: string): CredentialsFile {
  const { value, unreadable } = parsed(content);
  if (unreadable !== undefined) throw new CredentialsRefused([`${file}: ${unreadable}`]);
  const problems = credentialProblems(value, file);
  if (problems.length > 0) throw new CredentialsRefused(problems);
  return value as CredentialsFile;
}

function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CredentialsRefused([`${file}: ${(error as Error).message}`]);
  }
}

function parsed(content: Uint8Array): { value?: unknown; unreadable?: string } {
  try {
    // Its decoder drops a byte order mark, which some editors put in front.
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) return { unreadable: "is not UTF-8" };
    // The rest of that message quotes the file.
    const [, place] = /\((line \d+ column \d+)\)$/.exec(error.message) ?? [];
    return { unreadable: place === undefined ? "is not JSON" : `is not JSON from ${place} on` };
  }
}

function isKept({ revoked }: CredentialEntry): boolean {
  return revoked === undefined;
}
