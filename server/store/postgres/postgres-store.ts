import type { User } from "../../../generated/types.ts";
import { loadDirectory } from "../load.ts";
import { type Store, StoreUnavailable } from "../store.ts";
import { whileNoneLoads } from "./load-lock.ts";
import { postgresLoadTarget } from "./load-target.ts";
import { openPool, type PostgresOptions } from "./pool.ts";
import { migrate } from "./schema.ts";
import { firstUsers, storedUser, syncIn } from "./sync.ts";
import { type Send, transact, type Work } from "./transaction.ts";
import { createTurns } from "./user-queue.ts";

/** A sync, in milliseconds, with its waiting for its turn and all its attempts. */
const SYNC_MS = 5_000;
/** A batch of a load, in milliseconds, with its attempts: nobody waits for its answer. */
const BATCH_MS = 120_000;
/** Whoever asks whether the store is ready asks again soon. */
const READY_MS = 1_000;

/**
 * A store that any number of servers share: PostgreSQL from 15 on, or what speaks its language. Nothing is kept in the
 * process. A saved user is committed before `sync` answers.
 * @throws StoreUnusable if the database can't be used.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  await migrate(options);
  const { pool, lost } = openPool(options);
  let loading: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;

  const run = async <T>(work: (send: Send) => Promise<Work<T>>, withinMs?: number): Promise<T> => {
    try {
      return await transact(pool, work, withinMs);
    } catch (error) {
      if (error instanceof StoreUnavailable) lost(error.cause ?? error);
      throw error;
    }
  };
  // Syncs of one user wait here, and not each on a connection at the row's lock: they would take the pool from the others.
  const inTurn = createTurns();
  const target = postgresLoadTarget((work) => run(work, BATCH_MS));
  return {
    async sync(key, change) {
      const end = performance.now() + SYNC_MS;
      const tell = await inTurn(key.userId, () => run((send) => syncIn(send, key, change), end - performance.now()));
      return tell();
    },
    load(directory, progress) {
      if (closed) return Promise.reject(new Error("The store is closed."));
      const load = () => loadDirectory(target, directory, progress);
      const loaded = loading.then(() => whileNoneLoads(options, lost, load));
      loading = loaded.catch(() => {});
      return loaded;
    },
    user: (id) =>
      run(async (send) => {
        const [found] = await send(storedUser(id));
        const document = found?.rows[0]?.document;
        return { value: document === undefined ? undefined : (JSON.parse(document) as User) };
      }),
    users: (limit) =>
      run(async (send) => {
        const [found, counted] = await send(firstUsers(limit), {
          text: "SELECT count(*) AS total FROM nexus_sync_users",
        });
        const users = (found?.rows ?? []).map(({ document = "" }) => JSON.parse(document) as User);
        return { value: { users, total: Number(counted?.rows[0]?.total) } };
      }),
    ready: () =>
      run(async (send) => {
        const [state] = await send({ text: "SHOW transaction_read_only" });
        if (state?.rows[0]?.transaction_read_only === "off") return { value: undefined };
        throw new StoreUnavailable("The database can only be read now.");
      }, READY_MS),
    close() {
      closed ??= loading.then(() => pool.end());
      return closed;
    },
  };
}
