import { DatabaseSync } from "node:sqlite";

/** The identity of a user at an identity provider. */
export interface Claim {
  connection: string;
  providerUser: string;
  userId: string;
}

export type Scratch = ReturnType<typeof createScratch>;

/**
 * Ids, identities and role references of the directory being checked, in a temporary SQLite database. SQLite moves it to
 * disk beyond a few megabytes, so memory does not grow with the directory.
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
  const insertId = database.prepare("INSERT OR IGNORE INTO ids VALUES (?, ?)");
  const selectId = database.prepare("SELECT 1 FROM ids WHERE kind = ? AND id = ?");
  const insertIdentity = database.prepare("INSERT OR IGNORE INTO identities VALUES (?, ?, ?)");
  const selectOwner = database.prepare("SELECT user_id FROM identities WHERE connection = ? AND provider_user = ?");
  const selectIdentities = database.prepare("SELECT connection, provider_user, user_id FROM identities");
  const insertUse = database.prepare("INSERT INTO uses VALUES (?, ?)");
  const selectUnknown = database.prepare(
    "SELECT role, place FROM uses WHERE NOT EXISTS (SELECT 1 FROM ids WHERE kind = 'role' AND id = role) ORDER BY rowid",
  );

  const hasId = (kind: string, id: string): boolean => selectId.get(kind, id) !== undefined;
  return {
    hasId,
    /** False if the id is already taken. */
    addId: (kind: string, id: string): boolean => insertId.run(kind, id).changes === 1,
    /** Returns the id of the first user that claimed the identity. */
    claim({ connection, providerUser, userId }: Claim): string {
      if (insertIdentity.run(connection, providerUser, userId).changes === 1) return userId;
      return String(selectOwner.get(connection, providerUser)?.user_id);
    },
    useRole(role: string, place: string): void {
      if (!hasId("role", role)) insertUse.run(role, place);
    },
    *unknownRoles(): Generator<{ role: string; place: string }> {
      for (const { role, place } of selectUnknown.iterate()) yield { role: String(role), place: String(place) };
    },
    *claims(): Generator<Claim> {
      for (const { connection, provider_user, user_id } of selectIdentities.iterate()) {
        yield { connection: String(connection), providerUser: String(provider_user), userId: String(user_id) };
      }
    },
    close: () => database.close(),
  };
}
