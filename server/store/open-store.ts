import { isPostgresUrl } from "./database-url.ts";
import type { PostgresOptions } from "./postgres/pool.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

export interface StoreOptions {
  /** A SQLite file, ":memory:", or the URL of a PostgreSQL database. */
  database: string;
  /** Of PostgreSQL; before one in the URL. */
  password?: string | undefined;
  /** Connections to PostgreSQL at most. Default 10. */
  poolSize?: number | undefined;
  /** Told of connections that are lost. Default: silent. */
  log?: PostgresOptions["log"];
}

const SILENT = { info: () => {}, warn: () => {} };

/** @throws StoreUnusable if the database can't be used. */
export async function openStore({ database, password, poolSize = 10, log = SILENT }: StoreOptions): Promise<Store> {
  if (!isPostgresUrl(database)) return openSqliteStore(database);
  // Loaded here and not above: a start with SQLite does not wait for it.
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore({ url: database, password, poolSize, log });
}
