import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient, QueryResult } from "pg";
import { isRepeatable, translated } from "./errors.ts";

export interface Statement {
  /** Prepared once a connection, under this name. */
  name?: string;
  text: string;
  values?: unknown[];
}

/** Sends statements to one connection; answers once all are answered, and throws the first error among them. */
export type Send = (...statements: Statement[]) => Promise<QueryResult<Row>[]>;

/** Each column that is asked for is text. */
export type Row = Record<string, string>;

export interface Work<T> {
  value: T;
  /** What is still under way on the connection; the answer need not wait for it. */
  rest?: Promise<unknown>;
}

/** READ COMMITTED: each statement sees what was committed before it, so what follows a lock sees what the lock waited for. */
export const BEGIN: Statement = { text: "BEGIN ISOLATION LEVEL READ COMMITTED" };
export const ROLLBACK: Statement = { text: "ROLLBACK" };

/** A sync as a whole, in milliseconds, with its waiting for a connection and all its attempts. */
const DEADLINE_MS = 5_000;
const REPEATS = 5;

/**
 * Runs `work` on a connection of the pool, and again from the start, at most five times, where the database undid it for
 * the sake of others. A connection that saw any error is closed: nobody knows what state it is in.
 * @throws StoreUnavailable if it goes on, the deadline is over, or the database can't answer.
 */
export async function transact<T>(
  pool: Pool,
  work: (send: Send) => Promise<Work<T>>,
  withinMs: number = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await attempt(pool, work, end);
    } catch (error) {
      const pause = Math.random() * 20 * 2 ** repeats;
      if (!isRepeatable(error) || repeats === REPEATS || performance.now() + pause > end) throw translated(error);
      await sleep(pause);
    }
  }
}

async function attempt<T>(pool: Pool, work: (send: Send) => Promise<Work<T>>, end: number): Promise<T> {
  const client = await connectBefore(pool, end);
  try {
    const { value, rest } = await work((...statements) => together(client, statements, end));
    if (rest === undefined) client.release();
    else
      rest.then(
        () => client.release(),
        () => client.release(true),
      );
    return value;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** One that comes too late goes back unused. */
async function connectBefore(pool: Pool, end: number): Promise<PoolClient> {
  const connecting = pool.connect();
  const over = new AbortController();
  const timeout = sleep(Math.max(0, end - performance.now()), undefined, { signal: over.signal });
  try {
    const client = await Promise.race([connecting, timeout]);
    if (client) return client;
    connecting.then(
      (late) => late.release(),
      () => {},
    );
    throw new Error("timeout while waiting for a connection");
  } finally {
    timeout.catch(() => {});
    over.abort();
  }
}

async function together(client: PoolClient, statements: Statement[], end: number): Promise<QueryResult<Row>[]> {
  // pg cuts a connection whose answer takes longer: it may never come.
  const query_timeout = Math.max(1, end - performance.now());
  const { stream } = client.connection;
  // In one packet.
  stream.cork();
  const sent = statements.map((statement) => client.query<Row>({ ...statement, ...{ query_timeout } }));
  stream.uncork();
  await Promise.allSettled(sent);
  return Promise.all(sent);
}
