import { DatabaseSync } from "node:sqlite";
import type { Claim } from "./checked-directory.ts";

/**
 * What must be remembered of a directory while it is read: ids, identities and uses of roles, of any number of entries.
 * It lies in a temporary database that has no name and spills to disk beyond a few megabytes, so memory stays flat.
 */
export function createScratch() {
  const database = new DatabaseSync("");
  database.exec(`
    PRAGMA journal_mode = OFF;
    CREATE TABLE ids (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
    CREATE TABLE identities (
      connection TEXT, provider_user TEXT, user_id TEXT, PRIMARY KEY (connection, provider_user)) STRICT, WITHOUT ROWID;
    CREATE TABLE uses (role TEXT, place TEXT) STRICT;
    BEGIN;
  `);
  const take = database.prepare("INSERT OR IGNORE INTO ids VALUES (?, ?)");
  const claim = database.prepare("INSERT OR IGNORE INTO identities VALUES (?, ?, ?)");
  const owner = database.prepare("SELECT user_id FROM identities WHERE connection = ? AND provider_user = ?");
  const use = database.prepare("INSERT INTO uses VALUES (?, ?)");
  const known = database.prepare("SELECT 1 FROM ids WHERE kind = ? AND id = ?");
  const unknown = database.prepare(
    "SELECT role, place FROM uses WHERE NOT EXISTS (SELECT 1 FROM ids WHERE kind = 'role' AND id = role) ORDER BY rowid",
  );
  const all = database.prepare("SELECT connection, provider_user, user_id FROM identities");

  const has = (kind: string, id: string): boolean => known.get(kind, id) !== undefined;
  return {
    has,
    /** False where the id has been taken before. */
    takeId: (kind: string, id: string): boolean => take.run(kind, id).changes === 1,
    /** Whose the identity is: the first user's that claimed it. */
    claim({ connection, providerUser, userId }: Claim): string {
      if (claim.run(connection, providerUser, userId).changes === 1) return userId;
      return String(owner.get(connection, providerUser)?.user_id);
    },
    /** A role that is named, and where; those that are known by then need not be remembered. */
    useRole(role: string, place: string): void {
      if (!has("role", role)) use.run(role, place);
    },
    *unknownRoles(): Generator<{ role: string; place: string }> {
      for (const { role, place } of unknown.iterate()) yield { role: String(role), place: String(place) };
    },
    *claims(): Generator<Claim> {
      for (const { connection, provider_user, user_id } of all.iterate()) {
        yield { connection: String(connection), providerUser: String(provider_user), userId: String(user_id) };
      }
    },
    close: () => database.close(),
  };
}

export type Scratch = ReturnType<typeof createScratch>;
