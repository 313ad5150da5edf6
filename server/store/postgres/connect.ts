import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import type { Pool, PoolClient } from "pg";
import type { Logger } from "pino";
import { isTooManyConnections, summaryOf } from "./errors.ts";

/** Takes a connection of the pool. `deadline` is compared with `performance.now()`. */
export type Connect = (deadline: number) => Promise<PoolClient>;

/** Milliseconds after which a pool that was limited may grow again. */
const LIMITED_MS = 30_000;

/**
 * The database may allow fewer connections than the pool's size: for the role, or because other clients have the rest. Then
 * the pool is limited to the connections that it has, and waits for one of them.
 */
export function createConnect(pool: Pool, log: Pick<Logger, "warn"> | undefined): Connect {
  const size = pool.options.max;
  let connected = 0;
  let isLimited = false;
  const limit = (error: unknown) => {
    if (!isLimited) {
      log?.warn(
        `${summaryOf(error)}: the pool waits for the connections that it has; lower --database-pool (${size}).`,
      );
      setTimeout(end, LIMITED_MS).unref();
    }
    isLimited = true;
    pool.options.max = connected;
  };
  const end = () => {
    isLimited = false;
    pool.options.max = size;
  };
  pool.on("connect", () => {
    connected += 1;
    // Another connection that was being opened when the pool was limited.
    pool.options.max = Math.max(pool.options.max, connected);
  });
  pool.on("remove", () => {
    connected -= 1;
  });
  return async (deadline) => {
    for (;;) {
      try {
        return await connectBefore(pool, deadline);
      } catch (error) {
        if (!isTooManyConnections(error) || connected === 0) throw error;
        limit(error);
      }
    }
  };
}

function connectBefore(pool: Pool, deadline: number): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    const connecting = pool.connect();
    const onTimeout = () => {
      reject(new Error("timeout while waiting for a connection"));
      connecting.then((late) => late.release()).catch(() => {});
    };
    const timer = setTimeout(onTimeout, Math.max(0, deadline - performance.now()));
    connecting.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
