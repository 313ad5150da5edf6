import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient, QueryResult } from "pg";
import type { Connect } from "./connect.ts";
import { isRetryable, translated } from "./errors.ts";

export interface Statement {
  /** Name of the prepared statement; it is parsed and planned once per connection. */
  name?: string;
  text: string;
  values?: unknown[];
  /** Milliseconds until pg closes the connection. Default: the time until the deadline, for the last statement of a packet. */
  query_timeout?: number;
}

/** Sends statements in one packet; resolves after all responses, and rejects with the first error. */
export type Send = (...statements: Statement[]) => Promise<QueryResult<Row>[]>;

/** Every selected column has the type text. */
export type Row = Record<string, string>;

/** READ COMMITTED: statements after a lock see what the previous holder of the lock has committed. */
export const BEGIN: Statement = { text: "BEGIN ISOLATION LEVEL READ COMMITTED" };
export const COMMIT: Statement = { text: "COMMIT" };

/** Without a response to a rollback for this long, the database does not respond at all. */
const ROLLBACK_MS = 5_000;

export const MAX_RETRIES = 5;

export interface Limits {
  /** Milliseconds, including the wait for a connection and retries. */
  withinMs: number;
  /** Default 5. */
  retries?: number;
}

/**
 * Runs `work` on a connection from `connect`. Conflicts are retried within the limits. A connection is closed after any error,
 * because its state is unknown.
 * @throws StoreUnavailable if the database is unavailable or the deadline has passed.
 */
export async function transact<T>(connect: Connect, work: (send: Send) => Promise<T>, limits: Limits): Promise<T> {
  const deadline = performance.now() + limits.withinMs;
  return withRetries(() => attempt(connect, work, deadline), limits);
}

/** @throws StoreUnavailable as `transact` does */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { withinMs, retries = MAX_RETRIES }: Limits,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (let retried = 0; ; retried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const pauseMs = Math.random() * 20 * 2 ** retried;
      const isLast = retried === retries || performance.now() + pauseMs > deadline;
      if (isLast || !isRetryable(error)) throw translated(error);
      await sleep(pauseMs);
    }
  }
}

async function attempt<T>(connect: Connect, work: (send: Send) => Promise<T>, deadline: number): Promise<T> {
  const client = await connect(deadline);
  try {
    const value = await work((...statements) => sendTogether(client, statements, deadline));
    client.release();
    return value;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Not awaited: statements of a connection run in order, and if this one fails, the next one fails too. It may end after the
 * deadline, when another transaction already has the connection.
 */
export function rollBack(send: Send): void {
  send({ text: "ROLLBACK", query_timeout: ROLLBACK_MS }).catch(() => {});
}

async function sendTogether(client: PoolClient, statements: Statement[], deadline: number) {
  // pg closes the connection if the last response takes longer. Each timeout costs a few microseconds of a sync.
  const timeout = { query_timeout: Math.max(1, deadline - performance.now()) };
  const last = statements.at(-1);
  const { stream } = client.connection;
  stream.cork();
  const sent = statements.map((statement) => client.query<Row>({ ...(statement === last && timeout), ...statement }));
  stream.uncork();
  await Promise.allSettled(sent);
  return Promise.all(sent);
}
