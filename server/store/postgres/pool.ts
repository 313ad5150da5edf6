import pg from "pg";
import type { Logger } from "pino";
import { StoreUnusable } from "../store.ts";
import { summaryOf } from "./errors.ts";

export interface PostgresOptions {
  /**
   * `postgres://user@host:port/database`. pg understands, among others, `?sslmode=verify-full` (TLS with the certificate
   * verified; `require` and `verify-ca` mean the same), `sslmode=no-verify`, `sslmode=disable` (the default),
   * `sslrootcert`, `sslcert` and `sslkey` (files), and `host` for a socket's folder. What is missing comes from PGHOST,
   * PGPORT, PGUSER, PGDATABASE and PGPASSWORD.
   */
  url: string;
  /** Before one in the URL. */
  password?: string | undefined;
  /** Connections at most. */
  poolSize: number;
  log: Pick<Logger, "info" | "warn">;
}

/** A new connection, in milliseconds: pg would wait for ever. A database near enough to work with takes a few. */
const CONNECT_MS = 2_000;
/** What the database gives one statement, so that none goes on for a caller who has left; a sync's takes under 1 ms. */
const STATEMENT_MS = 4_000;
/** Waiting for another sync of the same user, which takes some milliseconds; then the sync is tried anew. */
const LOCK_MS = 1_000;
/** A server that froze or vanished between two statements must not keep its user's row. */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** An unused connection is kept for a minute, so that a quiet spell does not make the next syncs slower. */
const IDLE_MS = 60_000;
/** Then a connection is replaced: it finds a database that has moved, and spreads anew over several. */
const LIFETIME_S = 1_800;
/** Between two warnings, in milliseconds: an outage breaks all connections at once. */
const QUIET_MS = 1_000;

/** What connects to the database: for the pool, and for connections beside it. */
export function clientConfig({ url, password }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: password === undefined ? url : withPassword(url, password),
    // Statements are sent without waiting for the answer to the one before.
    pipeline: true,
    application_name: "nexus-sync",
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
  };
}

/** A pool whose lost connections are a warning, where without a listener each would end the process. */
export function openPool(options: PostgresOptions): { pool: pg.Pool; lost: (error: unknown) => void } {
  const lost = createWarning(options.log);
  const config = clientConfig(options);
  const pool = new pg.Pool({
    ...config,
    max: options.poolSize,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFETIME_S,
  });
  pool.on("error", lost);
  // The pool listens to idle clients only.
  pool.on("connect", (client) => client.on("error", lost));
  return { pool, lost };
}

/** Which database it is, for messages: everything but the password. */
export function placeOf(options: PostgresOptions): string {
  try {
    const { database, host, port, user } = new pg.Client(clientConfig(options));
    return `The database ${database} at ${host}:${port} (user ${user})`;
  } catch (error) {
    // pg has taken the URL out of the error, for there may be a password in it.
    throw new StoreUnusable(`The database's URL can't be used: ${summaryOf(error)}.`);
  }
}

/** As a parameter, for what stands in the URL itself goes before any other option. */
function withPassword(url: string, password: string): string {
  const [base = "", fragment] = url.split("#");
  const separator = base.includes("?") ? "&" : "?";
  const hash = fragment === undefined ? "" : `#${fragment}`;
  return `${base}${separator}password=${encodeURIComponent(password)}${hash}`;
}

function createWarning(log: PostgresOptions["log"]): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - last < QUIET_MS) return;
    last = performance.now();
    log.warn(`The database fails: ${summaryOf(error)}.`);
  };
}
