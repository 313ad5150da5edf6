import pg from "pg";
import type { User } from "../../generated/types.ts";

/** What a PostgreSQL database holds, past the servers; rows of all tables are counted. */
export async function readPostgres(url: string): Promise<{ users: User[]; rows: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: users } = await client.query<{ document: string }>(
      "SELECT document FROM nexus_sync_users ORDER BY id",
    );
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    let rows = 0;
    for (const { name } of tables) {
      const { rows: counted } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`);
      rows += Number(counted[0]?.count);
    }
    return { users: users.map(({ document }) => JSON.parse(document) as User), rows };
  } finally {
    await client.end();
  }
}
