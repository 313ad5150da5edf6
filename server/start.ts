import pino, { type Logger } from "pino";
import type { Directory, User } from "../generated/types.ts";
import { type AccessOptions, openAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { contractValidator } from "./http/contract.ts";
import type { Clock } from "./http/credentials.ts";
import type { DrainOptions } from "./http/drain.ts";
import { createMetrics } from "./http/metrics.ts";
import type { LoadLimits } from "./http/overload.ts";
import { createHttpServer, listen } from "./http-server.ts";
import { userIdHash } from "./log.ts";
import type { ReportProgress } from "./progress-bar.ts";
import { selfCheck } from "./self-check.ts";
import { checkDirectory } from "./store/directory.ts";
import { openStore, type StoreOptions } from "./store/open-store.ts";
import type { LoadCount, Store } from "./store/store.ts";
import type { DemoCredentials } from "./stub/demo-credentials.ts";
import { syncUserIdentity } from "./sync-user-identity.ts";

export interface ServerOptions extends AccessOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A SQLite file, ":memory:" (default), or postgres://… (store/postgres-pool.ts says what may stand in it). */
  database?: string;
  /** PostgreSQL's; before one in the URL. */
  databasePassword?: string;
  /** Connections to PostgreSQL at most. Default 10. */
  databasePool?: number;
  /** A JSON or NDJSON file, or the same as an object. Default: nothing is loaded. */
  directory?: string | Directory;
  /** Told how far the loading of the directory is. */
  progress?: ReportProgress;
  /** Largest body in bytes. Default 262,144. */
  bodyLimit?: number;
  /** Default: 256 requests at work, however late the event loop. */
  load?: LoadLimits;
  /** The one origin whose pages may read answers. Default: none. */
  corsOrigin?: string;
  /** How users' ids are logged. Default: as a hash, keyed anew at each start. */
  writeUserId?: (userId: string) => string;
  /** Default: silent. */
  log?: Logger;
  /** Default: the system's. */
  clock?: Clock;
}

export interface RunningServer {
  url: string;
  /** Absent where credentials were given. */
  demo?: DemoCredentials;
  /** What came of loading the directory; absent where none was given. */
  loaded?: LoadCount;
  /** The stored user, as it is now. */
  user(id: string): Promise<User | undefined>;
  /** Adds or replaces what a directory holds, as at the start. */
  load(directory: string | Directory): Promise<LoadCount>;
  /** Takes no more connections, lets requests under way finish, and closes the store. */
  close(): Promise<void>;
  /** The same with patience for idle connections, and an end to it. False where `deadlineMs` or `cut` ended a request. */
  end(options: DrainOptions): Promise<boolean>;
  /** Ends all connections now. */
  cut(): void;
}

/** Compiled once a process; all servers in it share the validator. */
const CONTRACT = contractValidator();

/** Starts a contract server in this process; many of them do not disturb each other. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { clock = () => new Date(), log = pino({ level: "silent" }) } = options;
  const store = await openStore(storeOf(options, log));
  const metrics = createMetrics();
  const closers = [() => metrics.close(), () => store.close()];
  const release = async () => {
    for (const close of closers) await close();
  };
  try {
    const { directory } = options;
    const loaded = directory === undefined ? undefined : await loadChecked(store, directory, options.progress);
    const { schemes, demo, close: closeAccess } = await openAccess(options, clock, log);
    closers.push(closeAccess);
    const { server, drain, watch } = createHttpServer(log);
    const app = createApp({
      watch,
      schemes,
      contract: CONTRACT,
      handlers: { SyncUserIdentity: syncUserIdentity({ store, clock, metrics }) },
      bodyLimit: options.bodyLimit ?? 262_144,
      load: options.load ?? {},
      corsOrigin: options.corsOrigin,
      writeUserId: options.writeUserId ?? userIdHash(),
      ready: () => store.ready(),
      isDraining: drain.isDraining,
      metrics,
      log,
    });
    await selfCheck(CONTRACT);
    server.on("request", app);
    const url = await listen(server, options.port ?? 0, options.host ?? "127.0.0.1");
    const end = once(async (how: DrainOptions) => {
      const isWhole = await drain.end(how);
      await release();
      return isWhole;
    });
    return {
      url,
      ...(demo && { demo }),
      ...(loaded && { loaded }),
      user: (id) => store.user(id),
      load: (directory) => loadChecked(store, directory),
      close: async () => void (await end({})),
      end,
      cut: drain.cut,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function storeOf({ database = ":memory:", databasePassword, databasePool }: ServerOptions, log: Logger): StoreOptions {
  return { database, password: databasePassword, poolSize: databasePool, log };
}

async function loadChecked(store: Store, source: string | Directory, progress?: ReportProgress): Promise<LoadCount> {
  const directory = await checkDirectory(source, (share) => progress?.("checking", share));
  try {
    return await store.load(directory, (done) => progress?.("loading", done / directory.total));
  } finally {
    directory.close();
  }
}

/** Whoever asks again gets the first answer. */
function once<T, U>(work: (argument: T) => Promise<U>): (argument: T) => Promise<U> {
  let first: Promise<U> | undefined;
  return (argument) => {
    first ??= work(argument);
    return first;
  };
}
