import { DatabaseSync } from "node:sqlite";
import type { User } from "../../generated/types.ts";

export interface DatabaseRead {
  users: User[];
  /** Rows of all tables. */
  rows: number;
  /** "ok", or what SQLite's own check has found. */
  integrity: string;
}

/** What a SQLite file holds, past the server that owns it. */
export function readSqlite(file: string): DatabaseRead {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
  try {
    const users = database.prepare("SELECT document FROM users ORDER BY id").all();
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const counts = tables.map(({ name }) =>
      Number(database.prepare(`SELECT count(*) AS rows FROM ${name}`).get()?.rows),
    );
    return {
      users: users.map(({ document }) => JSON.parse(String(document)) as User),
      rows: counts.reduce((sum, count) => sum + count, 0),
      integrity: String(database.prepare("PRAGMA integrity_check").get()?.integrity_check),
    };
  } finally {
    database.close();
  }
}
