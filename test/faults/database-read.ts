import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { User } from "../../generated/types.ts";

export interface DatabaseRead {
  users: User[];
  /** Number of rows of all tables. */
  rows: number;
}

/** Reads a SQLite file directly, not through its server. @throws if SQLite's integrity check finds an error. */
export function readSqlite(file: string): DatabaseRead {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
  try {
    const check = String(database.prepare("PRAGMA integrity_check").get()?.integrity_check);
    if (check !== "ok") throw new Error(check);
    const users = database.prepare("SELECT document FROM users ORDER BY id").all();
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const counts = tables.map(({ name }) => database.prepare(`SELECT count(*) AS rows FROM ${name}`).get()?.rows);
    return {
      users: users.map(({ document }) => JSON.parse(String(document)) as User),
      rows: counts.reduce<number>((sum, count) => sum + Number(count), 0),
    };
  } finally {
    database.close();
  }
}

/** Reads a PostgreSQL database directly, not through its servers. */
export async function readPostgres(url: string): Promise<DatabaseRead> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const select = async (text: string) => (await client.query<Record<string, string>>(text)).rows;
  try {
    const users = await select("SELECT document FROM nexus_sync_users ORDER BY id");
    const tables = await select("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
    let rows = 0;
    for (const { table_name } of tables) rows += Number((await select(`SELECT count(*) FROM ${table_name}`))[0]?.count);
    return { users: users.map(({ document = "" }) => JSON.parse(document) as User), rows };
  } finally {
    await client.end();
  }
}
