import type { PostgresOptions } from "./postgres/pool.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import { type Store, StoreUnusable } from "./store.ts";

/** All options but `database` are for PostgreSQL. */
export interface StoreOptions extends Omit<PostgresOptions, "url"> {
  /** A SQLite file, ":memory:", or the URL of a PostgreSQL database. */
  database: string;
}

/** @throws StoreUnusable if the database can't be used. */
export async function openStore({ database, ...options }: StoreOptions): Promise<Store> {
  if (isSqlitePath(database)) return openSqliteStore(database);
  if (!isPostgresUrl(database))
    throw new StoreUnusable("The database must be a SQLite file, :memory:, or postgres://…, not another URL.");
  // Imported on demand: pg takes time to load, and SQLite does not need it.
  const { openPostgresStore } = await import("./postgres/postgres-store.ts");
  return openPostgresStore({ url: database, ...options });
}

export function isPostgresUrl(database: string): boolean {
  return /^postgres(ql)?:\/\//i.test(database);
}

/**
 * Whether the text names a SQLite file or `:memory:`. Connection strings such as `host=db password=…` and URLs are not
 * paths, so that no password becomes the name of a file. A path with such characters must begin with its folder.
 */
export function isSqlitePath(database: string): boolean {
  if (database === ":memory:") return true;
  const hasFolder = /^(\.{0,2}[\\/]|[a-z]:[\\/])(?!\/)/i.test(database) && !database.includes("://");
  return hasFolder || !/[=@:;?]/.test(database);
}
