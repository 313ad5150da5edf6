import pg from "pg";
import { isTooManyConnections } from "./errors.ts";

/**
 * Whether a connection pooler gives each transaction another connection of the database. Prepared statements and timeouts
 * belong to a connection, so most syncs would fail. Two connected clients have two processes of the database, which stay the
 * same; in a pooler one of them changes, or both clients get the same one, in whatever order the pooler takes its idle
 * connections.
 * @param config The configuration of the connected client.
 */
export async function isTransactionPooled(client: pg.Client, config: pg.ClientConfig): Promise<boolean> {
  const own = [await processOf(client), await processOf(client)];
  const other = await withSecond(config, async (second) => [await processOf(second), await processOf(second)]);
  own.push(await processOf(client));
  const [ids, otherIds] = [new Set(own), new Set(other)];
  return ids.size > 1 || otherIds.size > 1 || !ids.isDisjointFrom(otherIds);
}

async function processOf(client: pg.Client): Promise<unknown> {
  const { rows } = await client.query<{ id: unknown }>("SELECT pg_backend_pid() AS id");
  return rows[0]?.id;
}

/** Without a second connection, because the role may have one only, the first must suffice. */
async function withSecond(config: pg.ClientConfig, use: (second: pg.Client) => Promise<unknown[]>) {
  const second = new pg.Client(config);
  second.on("error", () => {});
  try {
    await second.connect();
    const result = await use(second);
    await second.end();
    return result;
  } catch (error) {
    // Not awaited, because an unreachable database would not respond.
    second.end().catch(() => {});
    if (isTooManyConnections(error)) return [];
    throw error;
  }
}
