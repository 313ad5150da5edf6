import type { PostgresOptions } from "./postgres/pool.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

export interface StoreOptions {
  /** A SQLite file, ":memory:", or the URL of a PostgreSQL database. */
  database: string;
  /** For PostgreSQL; takes precedence over a password in the URL. */
  password?: string | undefined;
  /** Maximum number of PostgreSQL connections. Default 10. */
  poolSize?: number | undefined;
  /** Receives warnings about lost connections. Default: no log. */
  log?: PostgresOptions["log"];
}

const NO_LOG = { info: () => {}, warn: () => {} };

/** @throws StoreUnusable if the database can't be used. */
export async function openStore({ database, password, poolSize = 10, log = NO_LOG }: StoreOptions): Promise<Store> {
  if (!isPostgresUrl(database)) return openSqliteStore(database);
  // Imported on demand: pg takes time to load, and SQLite does not need it.
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore({ url: database, password, poolSize, log });
}

export function isPostgresUrl(database: string): boolean {
  return /^postgres(ql)?:\/\//i.test(database);
}
