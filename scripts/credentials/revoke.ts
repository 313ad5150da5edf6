import { type CredentialEntry, LISTS } from "../../server/auth/credentials-file.ts";
import { ConfigurationError } from "../../server/configuration-error.ts";
import { didYouMean, nearest } from "../shared/nearest.ts";
import { changeFile } from "./change-file.ts";

/** Marks the entries with this id as revoked. They stay in the file, so that `list` shows them. */
export async function revoke(
  { file, id }: { file: string; id: string },
  now: Date,
  print: (line: string) => void,
): Promise<void> {
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
      const ids = LISTS.flatMap((list) => after[list].map((entry) => entry.id));
      throw new ConfigurationError(
        `No entry of ${file} has this id.${didYouMean(nearest(id, ids))} list shows every id.`,
      );
    },
  });
  print(`Revoked: ${[...names].join(" and ")}. A running server refuses it at once.`);
}
