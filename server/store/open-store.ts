import type { PostgresOptions } from "./postgres/pool.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

/** All options but `database` are for PostgreSQL. */
export interface StoreOptions extends Omit<PostgresOptions, "url"> {
  /** A SQLite file, ":memory:", or the URL of a PostgreSQL database. */
  database: string;
}

/** @throws StoreUnusable if the database can't be used. */
export async function openStore({ database, ...options }: StoreOptions): Promise<Store> {
  if (!isPostgresUrl(database)) return openSqliteStore(database);
  // Imported on demand: pg takes time to load, and SQLite does not need it.
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore({ url: database, ...options });
}

export function isPostgresUrl(database: string): boolean {
  return /^postgres(ql)?:\/\//i.test(database);
}
