import { type CredentialEntry, parseCredentials } from "../../server/auth/credentials-file.ts";
import { LISTS } from "../../server/auth/credentials-schema.ts";
import { didYouMean, nearest } from "../shared/nearest.ts";
import type { Print } from "../shared/print.ts";
import { CallRefused } from "./call.ts";
import { changeFile } from "./change-file.ts";
import { verified, withRevoked } from "./edit.ts";

/** Marks what has this id as revoked; the entry stays, so that `list` can tell. */
export async function revoke({ file, id }: { file: string; id: string }, now: Date, print: Print): Promise<void> {
  const names: string[] = [];
  await changeFile(file, (content) => {
    if (!content) throw new CallRefused(`There is no file ${file}.`);
    const time = now.toISOString();
    const before = parseCredentials(content, file);
    const entries = LISTS.flatMap((list) => before[list]);
    const meant = entries.filter((entry) => entry.id === id);
    if (meant.length === 0) throw new CallRefused(unknownId(id, entries, file));
    names.splice(0, names.length, ...meant.map(({ name }) => `'${name}'`));

    const isNext = (entry: CredentialEntry) => entry.id === id && entry.revoked === undefined;
    const next = (entry: CredentialEntry) => (isNext(entry) ? { ...entry, revoked: time } : entry);
    const text = LISTS.reduce((so, list) => {
      const index = before[list].findIndex(isNext);
      return index < 0 ? so : withRevoked(so, list, { index, time });
    }, content.toString());
    return verified(text, { apiKeys: before.apiKeys.map(next), applicationTokens: before.applicationTokens.map(next) });
  });
  print(`Revoked: ${names.join(" and ")}. A running server takes note at once.`);
}

/** The word itself is not repeated: somebody may have taken the secret for the id. */
function unknownId(id: string, entries: readonly CredentialEntry[], file: string): string {
  const near = nearest(
    id,
    entries.map((entry) => entry.id),
  );
  return `Nothing in ${file} has this id.${didYouMean(near)} list shows every id.`;
}
