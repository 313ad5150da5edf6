import { performance } from "node:perf_hooks";
import pg from "pg";
import type { Logger } from "pino";
import { StoreUnusable } from "../store.ts";
import { createConnect } from "./connect.ts";
import { summaryOf } from "./errors.ts";
import { checkUrl, withStrictSslMode } from "./url.ts";

export interface PostgresOptions {
  /**
   * `postgres://user@host:port/database`. Parameters of pg: `sslmode` (`disable`, the default; `no-verify`; `verify-full`,
   * also spelled `prefer`, `require` or `verify-ca`), `sslrootcert`, `sslcert` and `sslkey` (files), `host` (folder of a
   * socket), `options`, and those in url.ts. Defaults come from PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, PGSSLMODE
   * and the file PGPASSFILE.
   */
  url: string;
  /** Takes precedence over a password in the URL. */
  password?: string | undefined;
  /** Maximum number of connections. Default 10. */
  poolSize?: number | undefined;
  /** Receives warnings about lost connections. Default: no log. */
  log?: Pick<Logger, "info" | "warn">;
}

/** Minimum time between two warnings: an outage breaks all connections at once. */
const WARNING_INTERVAL_MS = 1_000;

/** Settings of each connection in the database, in milliseconds. A statement of a sync takes less than one. */
export const SESSION_SETTINGS = {
  statement_timeout: 4_000,
  // The wait for another server's sync of the same user; then the sync is retried.
  lock_timeout: 1_000,
  // Releases the row of a server that froze or lost its connection within a transaction.
  idle_in_transaction_session_timeout: 5_000,
};

export function clientConfig({ url, password }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: withStrictSslMode(password === undefined ? url : withPassword(url, password)),
    // Statements are sent without waiting for the previous response.
    pipeline: true,
    application_name: "nexus-sync",
    keepAlive: true,
    connectionTimeoutMillis: 2_000,
    ...SESSION_SETTINGS,
  };
}

/** A pool that logs lost connections; without error listeners each would end the process. */
export function openPool(options: PostgresOptions) {
  let warnedAt = Number.NEGATIVE_INFINITY;
  const warn = (error: unknown) => {
    if (performance.now() - warnedAt < WARNING_INTERVAL_MS) return;
    warnedAt = performance.now();
    options.log?.warn(`Database error: ${summaryOf(error)}.`);
  };
  // Connections are replaced after half an hour, so that they follow a database that has moved.
  const limits = { max: options.poolSize ?? 10, idleTimeoutMillis: 60_000, maxLifetimeSeconds: 1_800 };
  const pool = new pg.Pool({ ...clientConfig(options), ...limits });
  pool.on("error", warn);
  // The pool itself handles errors of idle clients only.
  pool.on("connect", (client) => client.on("error", warn));
  return { pool, warn, connect: createConnect(pool, options.log) };
}

/**
 * The database's name, address and user for messages, without the password.
 * @throws StoreUnusable if the URL is invalid or not supported.
 */
export function placeOf(options: PostgresOptions): string {
  checkUrl(options.url);
  try {
    const { database, host, port, user } = new pg.Client(clientConfig(options));
    return `The database ${database ?? "without a name"} at ${host}:${port} (${user === undefined ? "no user" : `user ${user}`})`;
  } catch (error) {
    throw new StoreUnusable(`The database URL is invalid: ${summaryOf(error)}.`);
  }
}

/** As a URL parameter, because pg prefers the URL to its `password` option. */
function withPassword(url: string, password: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}password=${encodeURIComponent(password)}`;
}
