import { performance } from "node:perf_hooks";
import type { User } from "../../../generated/types.ts";
import { loadDirectory } from "../load.ts";
import { createMutex } from "../mutex.ts";
import { type Store, StoreUnavailable } from "../store.ts";
import { postgresLoadTarget, withLoadLock } from "./load.ts";
import { openPool, type PostgresOptions } from "./pool.ts";
import { migrate } from "./schema.ts";
import { createSyncQueue, type Run } from "./sync-queue.ts";
import { storedUser } from "./sync-statements.ts";
import { type Row, type Send, type Statement, transact } from "./transaction.ts";

/** Deadlines in milliseconds, including queueing and retries. */
const SYNC_MS = 5_000;
const BATCH_MS = 120_000;
const READY_MS = 1_000;

/**
 * A store in a PostgreSQL database (15 or newer) that any number of servers share. Nothing is cached in the process. A sync
 * resolves after its change is committed.
 * @throws StoreUnusable if the database can't be used.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  await migrate(options);
  const { pool, warn, connect } = openPool(options);

  const run: Run = async (work, limits) => {
    try {
      return await transact(connect, work, limits);
    } catch (error) {
      if (error instanceof StoreUnavailable) warn(error.cause ?? error);
      throw error;
    }
  };
  const read = (...statements: Statement[]) => run((send) => send(...statements), { withinMs: SYNC_MS });
  /** Calls of `ready()` in progress. */
  const checks = new Set<() => void>();
  const runSyncs: Run = async (work, limits) => {
    const result = await run(work, limits);
    for (const resolve of checks) resolve();
    return result;
  };
  const syncs = createSyncQueue(runSyncs, pool.options.max);
  // Without it, syncs of one user would each occupy a connection while waiting for the row lock.
  const withUser = createMutex();
  const withLoads = createMutex();
  const target = postgresLoadTarget((work) => run(work, { withinMs: BATCH_MS }));
  return {
    sync(key, change) {
      const deadline = performance.now() + SYNC_MS;
      return withUser(key.userId, () => syncs.add(key, deadline, change));
    },
    load: (directory, progress) =>
      withLoads("load", () => withLoadLock(options, warn, () => loadDirectory(target, directory, progress))),
    async user(id) {
      const [users] = await read(storedUser(id));
      return usersIn(users?.rows)[0];
    },
    async users(limit) {
      const [users, counted] = await read(
        { text: "SELECT document FROM nexus_sync_users ORDER BY id LIMIT $1", values: [limit] },
        { text: "SELECT count(*) AS total FROM nexus_sync_users" },
      );
      return { users: usersIn(users?.rows), total: Number(counted?.rows[0]?.total) };
    },
    /** A sync that succeeds in the meantime proves more: the check may wait too long for a connection, or on a slow one. */
    ready: () =>
      new Promise((resolve, reject) => {
        checks.add(resolve);
        run(isWritable, { withinMs: READY_MS })
          .then(resolve, reject)
          .finally(() => checks.delete(resolve));
      }),
    close: () => withLoads("load", () => pool.end()),
    pool: () => {
      const { totalCount, idleCount, waitingCount } = pool;
      return { inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount + syncs.waiting() };
    },
  };
}

async function isWritable(send: Send): Promise<void> {
  const [state] = await send({ text: "SHOW transaction_read_only" });
  // Also closes the connection: after a failover, a new one leads to the new primary.
  if (state?.rows[0]?.transaction_read_only !== "off") throw new StoreUnavailable("The database is read-only.");
}

function usersIn(rows: Row[] = []): User[] {
  return rows.map(({ document = "" }) => JSON.parse(document) as User);
}
