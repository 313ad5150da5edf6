import type { Server } from "node:http";
import pino, { type Logger } from "pino";
import type { Directory } from "../generated/types.ts";
import { createApp, type Extension } from "./app.ts";
import { openAccess, schemeHandlers } from "./auth/schemes.ts";
import { type Contract, loadContract } from "./contract/contract.ts";
import { checkDirectory } from "./directory/directory.ts";
import { createHandlers } from "./handlers/handlers.ts";
import { createHttpServer, listen } from "./http/http-server.ts";
import { createLoadShedding } from "./http/limits.ts";
import { createMetrics } from "./http/metrics.ts";
import { userIdHash } from "./http/request-log.ts";
import { send } from "./http/respond.ts";
import type { ShutdownOptions } from "./http/shutdown.ts";
import type { ReportProgress } from "./progress-bar.ts";
import type { RunningServer, ServerOptions } from "./running-server.ts";
import { selfCheck } from "./self-check.ts";
import { openStore } from "./store/open-store.ts";
import type { LoadCount, Store } from "./store/store.ts";

/** What the service gives to an extension of it. */
export interface Base {
  /** Loaded with the directory. */
  store: Store;
  /** Not listening yet. */
  server: Server;
  log: Logger;
}

/** An extension of the service, with what belongs to its life cycle. */
export interface RunningExtension extends Extension {
  /** Origins whose pages may call the operations, besides the one of the options. */
  corsOrigins: readonly string[];
  ready(): Promise<void>;
  /** Closes the store too. */
  close(): Promise<void>;
}

/**
 * Starts a contract server in this process; several do not affect each other. `extend` adds to the service.
 * @throws ConfigurationError, ContractError
 */
export async function startServer(
  options: ServerOptions = {},
  extend: (base: Base) => Promise<RunningExtension> = service,
): Promise<RunningServer> {
  const { clock, log = pino({ level: "silent" }), directory, host = "127.0.0.1" } = options;
  const contract = loadContract();
  await selfCheck(contract);
  const store = await openStore(storeOptions(options, log));
  const resources: (() => void | Promise<void>)[] = [() => store.close()];
  const release = async () => {
    for (const close of resources.toReversed()) await close();
  };
  try {
    const loaded = directory === undefined ? undefined : await load(store, directory, options.progress);
    const { server, shutdown, handle } = createHttpServer(log);
    const extension = await extend({ store, server, log });
    resources.splice(0, 1, () => extension.close());
    const metrics = createMetrics();
    const access = openAccess(options, log);
    const loadShedding = createLoadShedding(options.load ?? {}, { metrics, log });
    resources.push(metrics.close, access.close, loadShedding.close);
    const { bodyLimit = 262_144, formatUserId = userIdHash(), corsOrigin = [] } = options;
    const appOf = (current: Contract) =>
      createApp({
        ...{ ...extension, contract: current, loadShedding, metrics, log, bodyLimit, formatUserId },
        schemes: schemeHandlers(current.securitySchemes, access, clock),
        handlers: createHandlers({ store, contract: current, clock, metrics }),
        corsOrigins: [...extension.corsOrigins, corsOrigin].flat(),
        shutdown,
      });
    handle(appOf(contract));
    const url = await listen(server, { port: options.port ?? 0, host, flags: "--port or --host" });
    const end = once(async (how: ShutdownOptions) => {
      const isComplete = await shutdown.end(how);
      await release();
      return isComplete;
    });
    return {
      url,
      ...(loaded && { loaded }),
      user: (id) => store.user(id),
      load: (source) => load(store, source),
      async reload() {
        const next = loadContract();
        await selfCheck(next);
        handle(appOf(next));
      },
      close: async () => void (await end({})),
      end,
      closeConnections: shutdown.closeConnections,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The service alone. */
async function service({ store }: Base): Promise<RunningExtension> {
  return {
    ...{ first: [], beforeHandler: [], send, corsOrigins: [] },
    ready: () => store.ready(),
    close: () => store.close(),
  };
}

function storeOptions({ database = ":memory:", databasePassword, databasePool }: ServerOptions, log: Logger) {
  return { database, password: databasePassword, poolSize: databasePool, log };
}

/** Checks a directory as a whole, then loads it. */
export async function load(store: Store, source: string | Directory, progress?: ReportProgress): Promise<LoadCount> {
  const directory = await checkDirectory(source, (share) => progress?.("checking", share));
  try {
    return await store.load(directory, (done) => progress?.("loading", done / directory.total));
  } finally {
    directory.close();
  }
}

/** Repeated calls return the first result. */
function once<T, U>(work: (argument: T) => Promise<U>): (argument: T) => Promise<U> {
  let first: Promise<U> | undefined;
  return (argument) => {
    first ??= work(argument);
    return first;
  };
}
